import { readFileSync } from "node:fs";
import js from "@eslint/js";
import globals from "globals";

// What a Chromium of that version doesn't have, by MDN's data, is refused: constructors, functions and members by their
// names, where no interface had that name by then. Where something newer is only an extra, a comment on its line says so.
const OLDEST = 86;
const { api, css, javascript } = JSON.parse(readFileSync("node_modules/@mdn/browser-compat-data/data.json", "utf-8"));
const interfaces = Object.entries({ ...javascript.builtins, ...api });
const LISTENING = 'CallExpression:matches([callee.name="addEventListener"], [callee.property.name="addEventListener"])';
/** Names of our own values, of OpenSeadragon's and of old static functions, which some newer interface happens to have too. */
const OURS = new Set(["rotation", "destroy", "addHandler", "take", "layout", "released", "forget", "format", "createObjectURL", "revokeObjectURL"]);
const message = `not in Chromium ${OLDEST}`;

/** The first version that has it. */
function since({ __compat: compat } = {}) {
  const told = [compat?.support.chrome ?? []].flat().filter((each) => !each.flags && !each.prefix && !each.alternative_name);
  const versions = told.map((each) => Number(/\d+/.exec(each.version_added || "")?.[0] ?? Infinity));
  return compat ? Math.min(...versions) : 0;
}

const tooNew = (feature) => since(feature) > OLDEST;
const members = interfaces.flatMap(([owner, feature]) => Object.entries(feature).map((member) => [owner, ...member]));
const known = new Set(members.filter(([, , feature]) => !tooNew(feature)).map(([, name]) => name));
const newMembers = [...new Set(members.map(([, name]) => name))].filter(
  (name) => /^[a-z]\w*$/.test(name) && !/_(static|event|parameter)/.test(name) && !known.has(name) && !OURS.has(name),
);
const newStatics = members
  .filter(([, name, feature]) => /^[A-Z]|_static$/.test(name) && tooNew(feature))
  .map(([object, name]) => ({ object, property: name.replace("_static", ""), message }));
const newGlobals = [...interfaces, ...Object.entries(api.Window)].filter(([, feature]) => tooNew(feature));
const newSelectors = Object.keys(css.selectors).filter((name) => tooNew(css.selectors[name]));
const selectors = `/:(${newSelectors.join("|")})(?![\\w-])/`;

export default [
  js.configs.recommended,
  {
    files: ["viewer/static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "module", globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-restricted-globals": ["error", ...newGlobals.map(([name]) => ({ name, message }))],
      "no-restricted-properties": ["error", ...newStatics, ...newMembers.map((property) => ({ property, message }))],
      "no-restricted-syntax": [
        "error",
        { selector: `Literal[value=${selectors}], TemplateElement[value.raw=${selectors}]`, message },
        { selector: `${LISTENING} > ObjectExpression > Property[key.name="signal"]`, message },
      ],
    },
  },
];
