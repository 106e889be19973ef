// The viewer's side of the talk with the page around it: docs/embedding.md says what is said.
//
// It answers only to window.parent, only where VIEWER_FRAME_ANCESTORS lets that page be there, and only after that page has
// shown that it has the bill's key: so a setting such as `*` tells nobody what they couldn't read anyway.

import { ask, useKey } from "./ask.js";
import { pick, picked } from "./desk.js";
import { freshKey } from "./fresh-addresses.js";
import { go } from "./quick-navigation.js";
import { refresh } from "./states.js";

/** @typedef {{view: string, branchId: string | null, branchIds: string[], serialNo: string | null}} Shown */
/** @typedef {(value: unknown) => boolean} Check */

const VERSION = 1;
const PATIENCE = 8000;
/** Milliseconds before a token's end at which the host is told; half of what is left where that is less. */
const AHEAD = 60000;
const LONGEST = 2 ** 31 - 1;
const isText = (/** @type {unknown} */ value) => typeof value === "string" && value.length > 0 && value.length <= 200;
const isKey = (/** @type {unknown} */ value) => typeof value === "string" && /^[\w.-]{1,4096}$/.test(value);
const isView = (/** @type {unknown} */ value) => value === "image" || value === "location";
const areTexts = (/** @type {unknown} */ value) => Array.isArray(value) && value.length > 0 && value.length <= 500 && value.every(isText);

/** Each message's members; a name with "?" may be missing. @type {[string, Record<string, Check>][]} */
const MESSAGES = [
  ["open", { key: isKey, "view?": isView, "branchId?": isText, "serialNos?": areTexts }],
  ["renew", { key: isKey }],
  ["showBill", {}],
  ["showEntry", { branchId: isText, "view?": isView }],
  ["showInvoice", { serialNos: areTexts }],
  ["refresh", {}],
];

const place = /** @type {HTMLElement} */ (document.getElementById("view"));
const { views = "", frameAncestors = "" } = place.dataset;
/** The key that this page's requests are made with; "" while it waits for one. */
let key = keyOfAddress();
/** Where the pages are whose key isn't in their address. */
const embed = views.replace(/\/bills\/[^/]+$/, "/embed");
/** Who is answered; "" before anybody has shown the key. */
let host = "";
/** Nothing is told while what is shown isn't yet what the host's key opens. */
let quiet = true;
/** @type {Shown | null} */
let last = null;
/** Commands, one after another. @type {Promise<unknown>} */
let underWay = Promise.resolve();

/** @returns {string} */
function keyOfAddress() {
  const [, inPath] = /\/bills\/([^/]+)/.exec(location.pathname) ?? [];
  return inPath ? decodeURIComponent(inPath) : (new URLSearchParams(location.search).get("userKey") ?? "");
}

/** @param {string} one @param {string} other */
function same(one, other) {
  return one === other || (one.length === 32 && one.toLowerCase() === other.toLowerCase());
}

/** @param {string} type @param {object} [members] */
function tell(type, members = {}) {
  if (host && !quiet) window.parent.postMessage({ billViewer: VERSION, type, ...members }, host);
}

/** @param {MessageEvent} event */
function hear({ source, origin, data }) {
  if (source !== window.parent || source === window || !mayFrame(frameAncestors, origin, location.origin)) return;
  const message = read(data);
  if (!message || (message.type !== "open" && origin !== host)) return;
  underWay = underWay.then(() => act(message, origin)).catch(() => undefined);
}

/** @param {Record<string, any>} message @param {string} origin */
function act(message, origin) {
  switch (message.type) {
    case "open":
      return open(message, origin);
    case "renew":
      useKey((key = message.key));
      return document.querySelector("#view .notice") ? show(location.href) : freshKey();
    case "showBill":
      return show(addressOf({ view: "image" }));
    case "showEntry":
      return showEntry(message);
    case "showInvoice":
      return showInvoice(message.serialNos);
    case "refresh":
      return refresh();
  }
}

/** @param {Record<string, any>} message @param {string} origin */
async function open(message, origin) {
  const address = "view" in message || "branchId" in message || "serialNos" in message ? addressOf(message) : "";
  if (key && !same(key, message.key)) {
    // Another bill's page is another document, so that nothing of this one's can get into it.
    history.replaceState(null, "", address || `${embed}?${looks()}`);
    return location.reload();
  }
  const waited = !key;
  host = origin;
  useKey((key = message.key));
  if (waited || address) return show(address || location.href, "ready");
  if (place.querySelector("main[data-plain]")) await new Promise((then) => document.addEventListener("viewchange", then, { once: true }));
  quiet = false;
  tell("ready", (last = shown()));
}

/** The address of a view of the bill, without its key. @param {Record<string, any>} wanted */
function addressOf({ view = "image", branchId, serialNos = [] }) {
  const query = new URLSearchParams(looks());
  if (branchId) query.set("branch_id", branchId);
  if (view === "location" && branchId) {
    if (serialNos[0]) query.set("serialNo", serialNos[0]);
    return `${embed}/location?${query}`;
  }
  if (serialNos.length > 1) query.set("profile", "eas");
  if (serialNos.length > 1) for (const each of serialNos) query.append("serialNo", each);
  return `${embed}?${query}${serialNos.length === 1 ? `#serialNo=${encodeURIComponent(serialNos[0])}` : ""}`;
}

/** The language and the looks that the page was asked for in. */
function looks() {
  const query = new URLSearchParams(location.search);
  const carried = ["lang", "theme"].flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? ""]] : []));
  return new URLSearchParams(carried).toString();
}

/** Shows an address in this document and tells how that ended. @param {string} address @param {string} [told]
 * @returns {Promise<void>} */
async function show(address, told = "") {
  quiet = true;
  const failed = await go(address, "told");
  quiet = false;
  if (failed) return tell("error", failed);
  const [, wanted] = /#serialNo=(.+)/.exec(address) ?? [];
  // The server is to say what isn't on the bill: nothing else may stand where that was asked for.
  if (wanted && !cardOf(decodeURIComponent(wanted))) return show(`${embed}?${looks()}&profile=eas&serialNo=${wanted}`, told);
  const before = last;
  last = shown();
  if (told) tell(told, last);
  else if (before?.serialNo !== last.serialNo || before?.view !== last.view) tell("invoicechange", last);
}

/** @param {Record<string, any>} wanted */
async function showEntry({ branchId, view = shown().view === "location" ? "location" : "image" }) {
  await show(addressOf({ view, branchId }));
  if (last) last = { ...last, branchId };
}

/** One is picked where it is listed; several are EAS's narrowed view. @param {string[]} serialNos */
async function showInvoice(serialNos) {
  const [serialNo = ""] = serialNos;
  if (serialNos.length > 1) return show(addressOf({ serialNos }));
  if (shown().serialNo === serialNo) return tell("invoicechange", (last = shown()));
  const listed = cardOf(serialNo);
  if (listed) return pick(listed);
  const { branchId, view } = shown();
  const own = view === "location" && (await ask(addressOf({ view, branchId, serialNos }), { method: "HEAD" })).ok;
  await show(addressOf(own ? { view, branchId, serialNos } : { serialNos }));
}

/** @param {string} serialNo @returns {HTMLElement | null} */
function cardOf(serialNo) {
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".card[data-serial-no]")]);
  return cards.find((card) => card.dataset.serialNo === serialNo) ?? null;
}

/** What the reader sees now. An invoice on several entries counts to the marked one, where it is among them.
 * @returns {Shown} */
function shown() {
  const main = /** @type {HTMLElement | null} */ (place.querySelector("main"));
  const { view = "", branchId = null } = main?.dataset ?? {};
  if (view === "location") {
    const serialNo = main?.querySelector("[data-serial-no]")?.getAttribute("data-serial-no") ?? null;
    return { view, branchId, branchIds: branchId ? [branchId] : [], serialNo };
  }
  const { serialNo = null, entries = "[]" } = picked()?.dataset ?? {};
  /** @type {string[]} */
  const branchIds = JSON.parse(entries);
  const marked = place.querySelector(".group.marked")?.getAttribute("data-branch-id");
  return { view, branchId: branchIds.find((each) => each === marked) ?? branchIds[0] ?? null, branchIds, serialNo };
}

/** The reader, or the host, has turned to something else. */
function changed() {
  if (quiet || !host || place.querySelector(".notice")) return;
  const before = last;
  last = shown();
  if (before?.branchId !== last.branchId) tell("entrychange", last);
  if (before?.serialNo !== last.serialNo || before?.view !== last.view) tell("invoicechange", last);
}

/** A message as the schema has it, with the members that it names and no others; null for anything else.
 * @param {any} data @returns {Record<string, any> | null} */
function read(data) {
  const [, shape] = (data?.billViewer === VERSION && MESSAGES.find(([type]) => type === data.type)) || [];
  if (!shape) return null;
  /** @type {Record<string, any>} */
  const message = { type: data.type };
  for (const [name, check] of Object.entries(shape)) {
    const [plain, optional] = [name.replace("?", ""), name.endsWith("?")];
    const value = data[plain];
    if (optional && value === undefined) continue;
    if (!check(value)) return null;
    message[plain] = value;
  }
  return message;
}

/** Whether a page of this origin may be around the viewer, by VIEWER_FRAME_ANCESTORS (CSP sources). An origin that has no
 * host, such as that of a sandboxed page ("null"), never may. @param {string} sources @param {string} origin @param {string} own */
export function mayFrame(sources, origin, own) {
  if (!/^https?:\/\//.test(origin)) return false;
  const [asked, self] = [new URL(origin), new URL(own)];
  return sources.split(/\s+/).some((source) => matches(source, asked, self));
}

/** @param {string} source @param {URL} asked @param {URL} self */
function matches(source, asked, self) {
  if (source === "*") return true;
  if (source.toLowerCase() === "'self'") return asked.origin === self.origin;
  const [, only] = /^(https?):$/i.exec(source) ?? [];
  if (only) return fits(`${only.toLowerCase()}:`, asked.protocol);
  const [, scheme, host, port] = /^(?:(https?):\/\/)?(\*|(?:\*\.)?[\w.-]+|\[[\da-f:]+\])(?::(\d+|\*))?(?:\/.*)?$/i.exec(source) ?? [];
  if (!host || !fits(scheme ? `${scheme.toLowerCase()}:` : self.protocol, asked.protocol)) return false;
  const usual = asked.protocol === "https:" ? "443" : "80";
  if (port !== "*" && (port ?? usual) !== (asked.port || usual)) return false;
  const wanted = host.toLowerCase();
  return wanted === "*" || (wanted.startsWith("*.") ? asked.hostname.endsWith(wanted.slice(1)) : asked.hostname === wanted);
}

/** What is named as http may be https too (CSP 3, section 6.7.2.6). @param {string} named @param {string} asked */
function fits(named, asked) {
  return named === asked || (named === "http:" && asked === "https:");
}

let ending = 0;

/** The host is told in time that its token ends; by the server's clock, since the reader's may be wrong. */
function awaitEnd() {
  clearTimeout(ending);
  const left = Number(place.dataset.tokenLeft) * 1000;
  if (!(left > 0 && left < LONGEST)) return;
  const expiresAt = new Date(Date.now() + left).toISOString();
  ending = setTimeout(() => tell("tokenexpiring", { expiresAt }), Math.max(left - AHEAD, left / 2));
}

if (window.parent !== window) {
  window.addEventListener("message", hear);
  document.addEventListener("invoicechange", changed);
  document.addEventListener("viewchange", changed);
  document.addEventListener("viewchange", awaitEnd);
  document.addEventListener("addresseschange", awaitEnd);
  awaitEnd();
  document.addEventListener("keyrefused", () => tell("error", { status: 401, code: "bad_token", message: "" }));
  // It says nothing but that a viewer is here, so everybody may hear it.
  window.parent.postMessage({ billViewer: VERSION, type: "hello" }, "*");
}
if (place.querySelector("[data-waits-for-key]")) {
  setTimeout(() => key || document.body.classList.add("keyless"), window.parent === window ? 0 : PATIENCE);
}
