// <entry-search>: search in the location view. The server looks through this entry's own invoices only; a hit in the one
// that is shown turns the stage to its page, one in another leads there as the pager does.

import { stage } from "./desk.js";
import { go } from "./quick-navigation.js";
import { keyOf, places, SearchBox } from "./search.js";
import { words } from "./words.js";

/** @typedef {import("./search.js").Hit} Hit */
/** @typedef {import("./search.js").HitPage} HitPage */

class EntrySearch extends SearchBox {
  constructor() {
    super();
    this.leading = "";
  }

  connectedCallback() {
    this.addEventListener("click", this);
    super.connectedCallback();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type !== "click") return super.handleEvent(event);
    const { button, ctrlKey, metaKey, shiftKey, target } = /** @type {MouseEvent} */ (event);
    const way = target instanceof Element ? target.closest("a") : null;
    if (!way || button || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    for (const hit of this.found) {
      for (const page of [undefined, ...hit.pages]) if (addressOf(hit, page) === way.href) this.go(hit, page);
    }
  }

  /** The invoice that is shown, or that is on its way. */
  get shown() {
    return this.leading || (document.querySelector("article[data-serial-no]")?.getAttribute("data-serial-no") ?? "");
  }

  get found() {
    return [...(this.hits?.values() ?? [])];
  }

  apply() {
    const state = this.querySelector(".search-state");
    if (state) state.textContent = this.hits && !this.found.length && !this.note ? words("no_hit") : this.note;
    const list = this.querySelector(".hits");
    if (!(list instanceof HTMLElement)) return;
    list.hidden = !this.found.length;
    list.replaceChildren(...this.found.map((hit) => this.row(hit)));
  }

  /** @param {Hit} hit */
  row(hit) {
    const [row, name] = [document.createElement("li"), document.createElement("a")];
    name.textContent = hit.name;
    name.href = addressOf(hit);
    if (hit.serial_no === this.shown) name.setAttribute("aria-current", "true");
    const kindOf = (/** @type {HitPage} */ { file_id }) =>
      document.querySelector(`aside.beside .files a[href*="/${file_id}?"] .kind`)?.textContent ?? "";
    row.append(name, places(hit, (page) => addressOf(hit, page), kindOf));
    return row;
  }

  say() {
    const state = this.querySelector(".search-state")?.textContent;
    super.say(state || words("hits", { count: this.found.length }));
  }

  /** Every hit's page, and the invoice itself where only its facts were hit. */
  places() {
    return this.found.flatMap((hit) =>
      [...(hit.pages.length ? [] : [undefined]), ...hit.pages].map((page) => ({
        key: `${keyOf(hit.serial_no, null)} ${page?.page_id}`,
        shown: hit.serial_no === this.shown,
        go: () => this.go(hit, page),
      })),
    );
  }

  /** @param {Hit} hit @param {HitPage} [page] */
  go(hit, page) {
    if (hit.serial_no === this.shown) return page && stage()?.showFile(page.file_id, page.number);
    const detail = { address: addressOf(hit, page), page: page?.number };
    if (!document.dispatchEvent(new CustomEvent("visit", { cancelable: true, detail }))) return;
    this.leading = hit.serial_no ?? "";
    void go(detail.address, "push");
  }
}

/** @param {Hit} hit @param {HitPage} [page] */
function addressOf({ serial_no }, page) {
  const address = new URL(location.href);
  for (const name of ["wait", "step", "file", "page"]) address.searchParams.delete(name);
  address.searchParams.set("serialNo", serial_no ?? "");
  if (page) {
    address.searchParams.set("file", page.file_id);
    address.searchParams.set("page", String(page.number));
  }
  return address.href;
}

customElements.define("entry-search", EntrySearch);
