// Which pages around the viewer it talks with, and what they may say. Pure; docs/embedding.md is the reference.

export const VERSION = 1;

/** @typedef {(value: unknown) => boolean} Check */
const text = (/** @type {unknown} */ value) => typeof value === "string" && value.length > 0 && value.length <= 200;
const key = (/** @type {unknown} */ value) => typeof value === "string" && /^[\w.-]{1,4096}$/.test(value);
const view = (/** @type {unknown} */ value) => value === "image" || value === "location";
const texts = (/** @type {unknown} */ value) => Array.isArray(value) && value.length > 0 && value.length <= 500 && value.every(text);

/** Each message's members; a name with "?" may be missing. @type {Map<string, Record<string, Check>>} */
const MESSAGES = new Map();
MESSAGES.set("open", { key, "view?": view, "branchId?": text, "serialNos?": texts });
MESSAGES.set("renew", { key });
MESSAGES.set("showBill", {});
MESSAGES.set("showEntry", { branchId: text, "view?": view });
MESSAGES.set("showInvoice", { serialNos: texts });
MESSAGES.set("refresh", {});

/** A message as the schema has it, with the members that it names and no others; null for anything else.
 * @param {any} data @returns {Record<string, any> | null} */
export function read(data) {
  const shape = data && typeof data === "object" && data.billViewer === VERSION && MESSAGES.get(data.type);
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
