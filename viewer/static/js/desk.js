// The image view's desk: the list of invoices beside the stage. Picking a card shows its invoice; the address keeps it.

import { ask } from "./ask.js";
import { intoViewAtLast } from "./into-view.js";
import { InvoiceStage } from "./invoice-stage.js";
import { pageOf } from "./page.js";
import { announce, isOffline, remember, words } from "./words.js";

const OWNER = ".card[data-serial-no], .card[data-attachment-id]";
/** @type {AbortController | null} */
let underWay = null;
/** What was shown whole, picture and data, before the invoice that is on its way.
 * @type {{card: HTMLElement | null, shown: Node, page?: number} | null} */
let whole = null;
/** What the server said of an invoice shortly ago, so that turning back is at once. @type {Map<string, Promise<Document>>} */
const fetched = new Map();
const KEPT = 12;
const NEAR = "500px 0px";

/** @returns {HTMLElement | null} */
function desk() {
  return document.querySelector("main.desk[data-view=image]");
}

/** @returns {InvoiceStage | null} */
export function stage() {
  const found = document.querySelector("#view invoice-stage");
  return found instanceof InvoiceStage ? found : null;
}

/** The one of two stages that the reader touched last. @returns {InvoiceStage | null} */
export function inHand() {
  const found = document.querySelector("#view invoice-stage.in-hand");
  return found instanceof InvoiceStage ? found : stage();
}

/** The cards that are listed now, in their order. @returns {HTMLElement[]} */
export function cards() {
  const found = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(OWNER)]);
  return found.filter((card) => !card.hidden && !card.closest("[hidden]"));
}

/** The card of what the stage shows. @returns {HTMLElement | null} */
export function picked() {
  return document.querySelector(".card[aria-current]");
}

/** Shows a card's invoice on the stage. @param {HTMLElement} card
 * @param {{page?: number, file?: string, quietly?: boolean}} [how] Without a page: where a search found something, or the first. */
export async function pick(card, { page, file, quietly = false } = {}) {
  if (page === undefined) [file, page] = [card.dataset.hitFile, Number(card.dataset.hitPage) || 1];
  const asked = new CustomEvent("pick", { cancelable: true, detail: { card, page } });
  if (!quietly && !document.dispatchEvent(asked)) return;
  const [place, link] = [stage(), card.querySelector("a[data-open]")];
  if (!place || !(link instanceof HTMLAnchorElement)) return;
  underWay?.abort();
  const { signal } = (underWay = new AbortController());
  const before = (whole = whole ?? { card: picked(), shown: place.cloneNode(true), page: place.page?.number });
  mark(card);
  open();
  const known = card.querySelector("a.open[data-page-id]");
  if (known instanceof HTMLElement && page === 1 && [undefined, known.dataset.fileId].includes(file)) place.preview(pageOf(known));
  const beside = document.querySelector("aside.beside");
  beside?.setAttribute("aria-busy", "true");
  try {
    const fresh = await fetchPaper(link.href);
    if (signal.aborted) return;
    const [other, data] = [fresh.querySelector("invoice-stage"), fresh.querySelector("aside.beside")];
    if (!other || !data) throw new Error("not a paper");
    const taken = document.importNode(other, true);
    const asked = file && taken.querySelector(`.strip[data-file-id="${file}"] a`);
    if (asked) {
      taken.querySelector(".strip [aria-current]")?.removeAttribute("aria-current");
      asked.setAttribute("aria-current", "page");
    }
    place.take(taken, page);
    beside?.replaceWith(document.importNode(data, true));
    whole = null;
  } catch {
    if (signal.aborted) return;
    if (!isOffline()) return location.assign(link.href);
    if (before.card) mark(before.card);
    place.take(/** @type {Element} */ (before.shown), before.page);
    beside?.removeAttribute("aria-busy");
    whole = null;
    return announce(words("offline_asked"), true);
  } finally {
    if (!signal.aborted) document.dispatchEvent(new CustomEvent("pickend"));
  }
  if (!quietly) {
    const group = entryOf(card)?.textContent?.trim() ?? "";
    announce(`${group} ${card.querySelector("h3")?.textContent?.trim()} ${card.querySelector(".amount")?.textContent ?? ""}`);
  }
  for (const near of [1, -1]) ahead(neighbour(near));
  document.dispatchEvent(new CustomEvent("invoicechange", { detail: { ...card.dataset } }));
}

/** The next or the previous invoice of the list; false where there is none. @param {number} step */
export function step(step) {
  const card = neighbour(step);
  if (card) void pick(card);
  return Boolean(card);
}

/** @param {number} step */
function neighbour(step) {
  const [all, current] = [cards(), /** @type {HTMLElement | null} */ (document.querySelector(".card.compared")) ?? picked()];
  if (!Number.isFinite(step)) return all[step < 0 ? 0 : all.length - 1];
  return all[current ? all.indexOf(current) + step : 0];
}

/** @param {HTMLElement | undefined} card */
function ahead(card) {
  const [link, known, place] = [card?.querySelector("a[data-open]"), card?.querySelector("a.open[data-page-id]"), stage()];
  if (link instanceof HTMLAnchorElement) void fetchPaper(link.href).catch(() => undefined);
  if (known instanceof HTMLElement && place) place.ahead(pageOf(known));
}

/** @param {string} address @returns {Promise<Document>} */
export function fetchPaper(address) {
  const known = fetched.get(address);
  if (known) return known;
  const asked = ask(address, { headers: { Accept: "text/html" } }).then(async (answer) => {
    if (!answer.ok) throw new Error(`${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  });
  fetched.set(address, asked);
  asked.catch(() => fetched.delete(address));
  for (const oldest of fetched.keys()) if (fetched.size > KEPT) fetched.delete(oldest);
  return asked;
}

/** @param {HTMLElement} card */
export function mark(card) {
  picked()?.removeAttribute("aria-current");
  card.setAttribute("aria-current", "true");
  showCard(card);
  history.replaceState(history.state, "", `#${hashOf(card)}`);
  const entry = entryOf(card)?.querySelector("a");
  const link = document.querySelector("[data-view-link=location]");
  if (entry instanceof HTMLAnchorElement && link instanceof HTMLAnchorElement) {
    link.href = `${entry.href}&serialNo=${encodeURIComponent(card.dataset.serialNo ?? "")}`;
  }
}

/** Brings a card into view, below its group's heading. @param {HTMLElement} card */
export function showCard(card) {
  intoViewAtLast(card, { below: card.closest(".group")?.querySelector("header")?.clientHeight });
}

/** What names a card's entry: in a sorted list it does so itself. @param {HTMLElement} card */
function entryOf(card) {
  return card.querySelector(".of-entry") ?? card.closest(".group")?.querySelector("h2");
}

/** @param {HTMLElement} card */
function hashOf(card) {
  const { serialNo, attachmentId } = card.dataset;
  return serialNo ? `serialNo=${encodeURIComponent(serialNo)}` : `attachment=${encodeURIComponent(attachmentId ?? "")}`;
}

/** On a narrow screen and beside the grid the stage lies over the list. */
function open() {
  const root = desk();
  if (!root || root.classList.contains("showing")) return;
  root.classList.add("showing");
  document.body.classList.add("showing");
  if (isOver(stage()?.closest(".stage"))) {
    history.pushState({ showing: true }, "", location.href);
    stage()?.sheet.focus({ preventScroll: true });
  }
}

/** Back to the list; false where the stage isn't over it. */
export function closeStage() {
  const root = desk();
  if (!root?.classList.contains("showing") || !isOver(stage()?.closest(".stage"))) return false;
  if (history.state?.showing) {
    history.back();
    return true;
  }
  root.classList.remove("showing");
  document.body.classList.remove("showing");
  const link = picked()?.querySelector("a[data-open]");
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  return true;
}

/** @param {Element | null} [part] */
function isOver(part) {
  return Boolean(part?.getClientRects().length && getComputedStyle(part).position === "fixed");
}

/** @param {"list" | "grid"} layout */
export function lay(layout) {
  document.documentElement.dataset.layout = layout;
  remember("layout", layout);
  desk()?.classList.toggle("showing", false);
  document.body.classList.remove("showing");
  for (const image of document.querySelectorAll(".card img[sizes]")) {
    if (image instanceof HTMLImageElement) image.sizes = layout === "grid" ? "260px" : "112px";
  }
  for (const button of document.querySelectorAll("[data-layout-to]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-layout-to") === layout));
  }
}

/** Beside the stage, or over it where there is no room: the data. @param {boolean} [shown] */
export function panel(shown) {
  const root = document.documentElement;
  const aside = document.querySelector("aside.beside");
  const visible = Boolean(aside && aside.getClientRects().length);
  root.dataset.panel = (shown ?? !visible) ? "open" : "closed";
  remember("panel", root.dataset.panel);
  stage()?.button("panel")?.setAttribute("aria-pressed", String(root.dataset.panel === "open"));
}

/** Where the data lie over the stage: back to it; false where they don't. */
export function closePanel() {
  if (!isOver(document.querySelector("aside.beside"))) return false;
  panel(false);
  stage()?.button("panel")?.focus({ preventScroll: true });
  return true;
}

/** Pictures are fetched before they are scrolled to: by itself the browser does so for the window's own scrolling only. */
function fetchAhead() {
  const list = document.querySelector(".list");
  if (!list || !("IntersectionObserver" in window)) return;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
        target.loading = "eager";
        near.unobserve(target);
      }
    },
    { root: list, rootMargin: NEAR },
  );
  for (const image of list.querySelectorAll("img[loading=lazy]")) near.observe(image);
}

/** What the page shows when it has come: the card that the address names, or the one that the server put on the stage. */
function start() {
  underWay?.abort();
  whole = null;
  const root = desk();
  if (!root) return;
  if (document.readyState === "complete") fetchAhead();
  else window.addEventListener("load", fetchAhead, { once: true });
  lay(document.documentElement.dataset.layout === "grid" ? "grid" : "list");
  const asked = decodeURIComponent(location.hash.slice(1));
  const all = cards();
  const wanted = asked && all.find((card) => decodeURIComponent(hashOf(card)) === asked);
  if (wanted) return void pick(wanted, { quietly: true });
  const shown = stage()?.current?.dataset.fileId;
  const first = all.find((card) => shown && card.querySelector(`[data-file-id="${shown}"]`)) ?? all[0];
  first?.setAttribute("aria-current", "true");
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const layout = target?.closest("[data-layout-to]")?.getAttribute("data-layout-to");
  if (layout === "list" || layout === "grid") return lay(layout);
  if (target?.closest(".beside .close")) return void closePanel();
  const file = target?.closest("[data-show-file]")?.getAttribute("data-show-file");
  if (file && stage()?.querySelector(`.strip[data-file-id="${file}"]`)) {
    event.preventDefault();
    return stage()?.showFile(file);
  }
  const card = target?.closest(OWNER);
  const link = target?.closest("a.open, a[data-open], .more-pages a, .found a");
  if (!(card instanceof HTMLElement) || !(link instanceof HTMLElement) || !desk()) return;
  event.preventDefault();
  if (link.matches(".open, [data-open]")) void pick(card);
  else void pick(card, { file: link.dataset.file, page: Number(link.dataset.page) || 1 });
});
document.addEventListener("stage-do", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (detail === "panel") panel();
  if (detail === "close") closeStage();
});
document.addEventListener("addresseschange", () => fetched.clear());
window.addEventListener("popstate", () => {
  const card = picked();
  if (closeStage() && card) history.replaceState(history.state, "", `#${hashOf(card)}`);
});
document.addEventListener("viewchange", start);
start();
