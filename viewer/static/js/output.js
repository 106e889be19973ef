// The dialog for print and download: which part of the view, in which form, and a preview that is drawn from the very print.
// Everything is made on the server; while it is prepared the dialog tells how far it is, and closing it breaks that off.

import { ask } from "./ask.js";
import { cards, picked } from "./desk.js";
import { announce, remember, remembered, words } from "./words.js";

/** @typedef {(bytes: number, total: number) => void} Report */
/** @typedef {"print" | "pdf" | "zip" | "original"} Kind */

/** What the reader's key has to allow. @type {Record<Kind, string>} */
const NEEDED = { print: "print", pdf: "download", zip: "original", original: "original" };
/** @type {Record<string, string>} */
const ADDRESSES = { print: "print.pdf", pdf: "bundle.pdf", zip: "bundle.zip" };
const PRINT = ["layout", "paper", "binding", "edge", "footer", "grey"];
const KEPT = [...PRINT, "attachments", "cover"];
const [TYPING, AGAIN, PATIENCE] = [300, 300, 15000];
/** So many invoices one by one fit into an address. */
const MOST = 200;

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("output"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
const what = /** @type {HTMLSelectElement} */ (form.elements.namedItem("what"));
const picture = /** @type {HTMLImageElement} */ (dialog.querySelector(".preview img"));
const bar = /** @type {HTMLProgressElement} */ (dialog.querySelector("progress"));
/** What the server is doing for this dialog. */
let underWay = new AbortController();
let busy = false;
let [sheet, sheets, timer] = [1, 1, 0];
/** @type {HTMLIFrameElement | null} */
let frame = null;

/** Opens it, unless the key allows nothing of the kind. @param {"print" | "download"} wanted */
export function output(wanted) {
  restore();
  const last = /** @type {Kind} */ (remembered("output-download") ?? "pdf");
  const kinds = wanted === "print" ? ["print"] : [last, "pdf", "zip", "original"];
  const kind = kinds.find((each) => isAllowed(/** @type {Kind} */ (each)));
  if (!kind) return announce(words("not_allowed"), true);
  if (!source()) return;
  for (const radio of radios()) {
    const label = /** @type {HTMLElement} */ (radio.closest("label"));
    label.hidden = !isAllowed(/** @type {Kind} */ (radio.value)) || (radio.value === "original" && !original());
    radio.checked = radio.value === kind;
  }
  offer();
  sheet = 1;
  dialog.showModal();
  radios().find((radio) => radio.checked)?.focus();
  changed();
}

/** The view's own link to its print, whose query says what the view shows. */
function source() {
  return /** @type {HTMLAnchorElement | null} */ (document.querySelector("#view a[data-output]"));
}

/** The one place that says what the reader may do. @param {Kind} kind */
function isAllowed(kind) {
  const actions = document.getElementById("view")?.dataset.actions;
  return actions === undefined || actions.split(" ").includes(NEEDED[kind]);
}

function radios() {
  return /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name=kind]")]);
}

/** @returns {Kind} */
function kindNow() {
  return /** @type {Kind} */ (new FormData(form).get("kind"));
}

/** The original of what the stage shows. */
function original() {
  return /** @type {HTMLAnchorElement | null} */ (document.querySelector("aside.beside .files a[download]"));
}

/** The parts of the view that can be chosen. */
function offer() {
  /** @type {[string, string][]} */
  const parts = [["view", source()?.dataset.whole ?? ""]];
  const listed = cards();
  if (document.querySelector("#view .groups.narrowed")) parts.push(["listed", words("only_listed", { count: listed.length })]);
  const card = picked();
  if (card) parts.push(["current", words("only_this", { name: nameOf(card) })]);
  for (const group of document.querySelectorAll("#view .group[data-branch-id]")) {
    const name = group.querySelector("h2 a")?.textContent?.trim() ?? "";
    if (group.querySelector(".card, .elsewhere")) parts.push([`entry ${group.getAttribute("data-branch-id")}`, name]);
  }
  if (listed.length > 1) parts.push(["chosen", words("choose")]);
  what.replaceChildren(...parts.map(([value, text]) => new Option(text, value)));
  /** @type {HTMLElement} */ (what.closest("label")).hidden = parts.length < 2;
  const rows = listed.map((each) => {
    const [row, label, box] = [document.createElement("li"), document.createElement("label"), document.createElement("input")];
    Object.assign(box, { type: "checkbox", name: "chosen", value: keyOf(each), checked: each === card });
    label.append(box, ` ${nameOf(each)}`);
    row.append(label);
    return row;
  });
  form.querySelector(".chosen ul")?.replaceChildren(...rows);
}

/** @param {HTMLElement} card */
function nameOf(card) {
  return ["h3", ".type", ".amount"].map((part) => card.querySelector(part)?.textContent?.trim()).filter(Boolean).join(" · ");
}

/** @param {HTMLElement} card */
function keyOf(card) {
  const { serialNo, attachmentId } = card.dataset;
  return serialNo ? `invoice ${serialNo}` : `attachment ${attachmentId}`;
}

/** The address of what is chosen, or of something below it. Throws what keeps it from being asked for.
 * @param {Kind} kind @param {string} [below] @param {Record<string, string>} [more] */
function addressOf(kind, below = "", more = {}) {
  const url = new URL(source()?.href ?? "", location.href);
  url.pathname = url.pathname.replace(/[^/]+$/, `${ADDRESSES[kind]}${below}`);
  const [given, query] = [new FormData(form), url.searchParams];
  query.delete("theme");
  query.set("lang", document.documentElement.lang);
  /** @type {Record<string, string[]>} */
  const keys = { listed: cards().map(keyOf), current: [picked()].flatMap((card) => (card ? [keyOf(card)] : [])), chosen: given.getAll("chosen").map(String) };
  const some = keys[what.value];
  if (some && !some.length) throw new Error(words("nothing_chosen"));
  if (some && some.length > MOST) throw new Error(words("too_many", { most: MOST }));
  for (const each of some ?? [what.value]) {
    const [name = "", ...id] = each.split(" ");
    if (name !== "view") query.append(name, id.join(" "));
  }
  if (!some && !given.has("attachments")) query.set("attachments", "0");
  if (kind === "pdf" && !given.has("cover")) query.set("cover", "0");
  for (const name of kind === "print" ? PRINT : []) query.set(name, valueOf(name));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return url.href;
}

/** A control's value; of a box 1 or 0. @param {string} name */
function valueOf(name) {
  const control = form.elements.namedItem(name);
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked ? "1" : "0";
  const value = String(new FormData(form).get(name) ?? "");
  return name === "binding" ? String(Math.min(50, Math.max(0, Math.round(Number(value)) || 0))) : value;
}

/** What the reader set last in this browser. */
function restore() {
  for (const name of KEPT) {
    const [value, control] = [remembered(`output-${name}`), form.elements.namedItem(name)];
    if (value === null || !control) continue;
    if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === "1";
    else /** @type {HTMLSelectElement | RadioNodeList} */ (control).value = value;
  }
}

/** Brings the dialog into line with what is set. */
function changed() {
  const kind = kindNow();
  for (const part of dialog.querySelectorAll("[data-for]")) {
    if (part instanceof HTMLElement) part.hidden = !(part.dataset.for ?? "").split(" ").includes(kind) || (part.contains(what) && what.options.length < 2);
  }
  /** @type {HTMLElement} */ (form.querySelector(".chosen")).hidden = what.value !== "chosen" || kind === "original";
  const paper = form.elements.namedItem("paper");
  if (paper instanceof HTMLSelectElement) paper.disabled = valueOf("layout") === "asis";
  dialog.classList.toggle("small", kind !== "print");
  stop();
  tell("");
  clearTimeout(timer);
  if (kind === "print") timer = window.setTimeout(() => void preview(), TYPING);
}

/** Breaks off what is under way. */
function stop() {
  underWay.abort();
  underWay = new AbortController();
  setBusy(false);
}

/** @param {boolean} now */
function setBusy(now) {
  busy = now;
  bar.hidden = !now;
  for (const button of form.querySelectorAll("footer button")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    if (button.dataset.do === "cancel") button.hidden = !now;
    else button.disabled = now;
  }
}

/** @param {string} text */
function tell(text) {
  /** @type {HTMLElement} */ (form.querySelector(".state")).textContent = text;
}

/** Until the server has everything ready. @param {Kind} kind @param {AbortSignal} signal */
async function prepared(kind, signal) {
  for (;;) {
    const answer = await ask(addressOf(kind, "/progress"), { signal, headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => null);
    if (!answer.ok && ![429, 503].includes(answer.status)) throw new Error(told?.detail ?? "");
    if (told?.ready) return told;
    if (answer.ok) {
      bar.max = told.total || 1;
      bar.value = told.done;
      tell(words(told.pending ? "preparing_pending" : "preparing", told));
    }
    await new Promise((resolve) => setTimeout(resolve, answer.ok ? AGAIN : 1000 * (Number(answer.headers.get("Retry-After")) || 2)));
    if (signal.aborted) throw new DOMException("", "AbortError");
  }
}

/** The sheet of the print, as it will be. */
async function preview() {
  const { signal } = underWay;
  const place = /** @type {HTMLElement} */ (picture.parentElement);
  place.setAttribute("aria-busy", "true");
  try {
    bar.hidden = false;
    bar.removeAttribute("value");
    const told = await prepared("print", signal);
    sheets = Math.max(1, told.pages ?? 1);
    sheet = Math.min(Math.max(1, sheet), sheets);
    const width = Math.min(1200, Math.max(300, Math.round(place.clientWidth * (window.devicePixelRatio || 1))));
    const { blob } = await fetchFile(addressOf("print", `/pages/${sheet}`, { width: String(width) }), { signal });
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    picture.alt = words("sheet", { number: sheet, count: sheets });
    picture.hidden = false;
    place.setAttribute("aria-busy", "false");
    tell(told.failed ? words("some_failed", told) : "");
    turnable();
  } catch (error) {
    if (signal.aborted) return;
    place.setAttribute("aria-busy", "false");
    tell(/** @type {Error} */ (error).message || words("not_fetched"));
  }
  if (!busy && !signal.aborted) bar.hidden = true;
}

function turnable() {
  const position = dialog.querySelector(".turning .position");
  if (position) position.textContent = `${sheet} / ${sheets}`;
  for (const [name, end] of /** @type {[string, boolean][]} */ ([["back", sheet <= 1], ["on", sheet >= sheets]])) {
    dialog.querySelector(`[data-do=${name}]`)?.toggleAttribute("disabled", end);
  }
}

/** Fetches what is chosen and prints or saves it. @param {boolean} printing */
async function run(printing) {
  if (busy) return;
  const kind = kindNow();
  stop();
  clearTimeout(timer);
  setBusy(true);
  bar.removeAttribute("value");
  const { signal } = underWay;
  /** @type {string} */
  let end;
  try {
    const link = original();
    const told = kind === "original" ? null : await prepared(kind, signal);
    const address = kind === "original" ? (link?.href ?? "") : addressOf(kind);
    const report = (/** @type {number} */ bytes, /** @type {number} */ total) => {
      if (total) Object.assign(bar, { max: total, value: bytes });
      else bar.removeAttribute("value");
      tell(words("fetching", { size: (bytes / 1e6).toFixed(1) }));
    };
    const { blob, name } = await fetchFile(address, { signal, report });
    const how = printing ? await print(blob, name) : (save(blob, name), words("saved", { name }));
    end = [how, told?.failed ? words("some_failed", told) : ""].filter(Boolean).join(" ");
  } catch (error) {
    if (signal.aborted) return;
    end = /** @type {Error} */ (error).message || words("not_fetched");
  }
  setBusy(false);
  if (kind === "print" && picture.parentElement?.getAttribute("aria-busy") === "true") await preview();
  tell(end);
}

/** Saves what an ordinary link could not fetch, whose address lacks the key. @param {string} address */
export function download(address) {
  return fetchFile(address).then(({ blob, name }) => save(blob, name)).catch(({ message }) => announce(message || words("not_fetched"), true));
}

/** Prints a PDF: in a frame of this page; where the page around allows no PDF in it, in a tab; else it is saved.
 * @param {Blob} blob @param {string} name What is to be told about it. */
async function print(blob, name) {
  const url = URL.createObjectURL(blob);
  if (await inFrame(url)) return words("printing");
  if (await inTab(url)) return words("print_in_tab");
  save(blob, name);
  return words("print_saved", { name });
}

/** @param {string} url @returns {Promise<boolean>} */
function inFrame(url) {
  if (!navigator.mimeTypes.namedItem("application/pdf")) return Promise.resolve(false);
  frame?.remove();
  const made = (frame = document.createElement("iframe"));
  made.className = "print-frame";
  made.title = words("printing");
  made.tabIndex = -1;
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE);
    made.addEventListener("load", () => {
      // In a sandbox the browser shows an error's page instead, which can't be touched.
      if (made.contentDocument?.contentType !== "application/pdf") return resolve(false);
      made.contentWindow?.print();
      resolve(true);
    });
    made.src = url;
    dialog.append(made);
  });
}

/** @param {string} url */
async function inTab(url) {
  const tab = window.open(url, "_blank");
  if (!tab) return false;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  try {
    return tab.document.contentType === "application/pdf";
  } catch {
    tab.close(); // it inherited the sandbox
    return false;
  }
}

/** @type {Record<string, () => unknown>} */
const BUTTONS = {
  close: () => dialog.close(),
  cancel: () => (stop(), tell(words("cancelled"))),
  save: () => run(false),
  go: () => run(kindNow() === "print"),
  back: () => turn(-1),
  on: () => turn(1),
};

/** @param {number} step */
function turn(step) {
  sheet += step;
  turnable();
  void preview();
}

/** The whole answer and its file name. Throws what is to be told to the reader, or the signal's AbortError.
 * @param {string} address @param {{signal?: AbortSignal, report?: Report}} [how] @returns {Promise<{blob: Blob, name: string}>} */
async function fetchFile(address, { signal, report } = {}) {
  const answer = await ask(address, { signal });
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? "");
  const type = answer.headers.get("Content-Type") ?? "";
  const total = Number(answer.headers.get("Content-Length")) || 0;
  /** @type {Uint8Array[]} */
  const parts = [];
  const reader = answer.body?.getReader();
  for (let bytes = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done || !value) break;
    parts.push(value);
    report?.((bytes += value.length), total);
  }
  return { blob: new Blob(/** @type {any} */ (parts), { type }), name: fileNameOf(answer) };
}

/** Hands it to the browser's downloads. @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** @param {Response} answer */
function fileNameOf(answer) {
  const told = answer.headers.get("Content-Disposition") ?? "";
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(told) ?? [];
  const [, quoted, plain] = /filename=(?:"([^"]*)"|([^;]+))/i.exec(told) ?? [];
  return encoded ? decodeURIComponent(encoded) : (quoted ?? plain ?? "");
}

dialog.addEventListener("click", (event) => {
  const name = event.target instanceof Element ? event.target.closest("button")?.dataset.do : undefined;
  if (!name) return;
  event.preventDefault(); // the click, also the one that Enter makes, and no submitting, which a sandbox may forbid
  BUTTONS[name]?.();
});
dialog.addEventListener("close", () => {
  stop();
  clearTimeout(timer);
});
form.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  if (target.name === "kind" && target.value !== "print") remember("output-download", target.value);
  else if (KEPT.includes(target.name)) remember(`output-${target.name}`, valueOf(target.name));
  if (target.name === "what" || target.name === "layout") sheet = 1;
  changed();
});
