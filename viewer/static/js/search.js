// A search of what the view shows: asked of the server, again while pages are still to be read; and the box that both views
// have for it. What a box finds and how it is shown is its view's.

import { ask } from "./ask.js";
import { announce, words } from "./words.js";

/** @typedef {{file_id: string, page_id: string, number: number, boxes: number[][]}} HitPage */
/** @typedef {{serial_no: string | null, attachment_id: string | null, name: string, fields: string[], pages: HitPage[]}} Hit */
/** @typedef {{hits: Hit[] | null, note: string, over: boolean}} Told
 * `hits`: null where they aren't known (yet); `note`: how far it is, or what failed; `over`: nothing more comes. */

/** @typedef {{key: string, shown: boolean, go: () => void}} Place
 * Somewhere that a search leads to, and whether its invoice is what the stage shows. */

const PAUSE = 300;
const LONGEST = 5000;
const TYPING_PAUSE = 250;
const MOST_LINKS = 12;

/** What the reader set, by the box's address, for when the view comes back. @type {Map<string, Record<string, string>>} */
const kept = new Map();

class Search {
  /** @param {(told: Told) => void} tell */
  constructor(tell) {
    this.tell = tell;
    this.query = "";
    /** @type {AbortController | null} */
    this.underWay = null;
  }

  /** Gives up what is under way. */
  stop() {
    this.underWay?.abort();
    this.underWay = null;
    this.query = "";
  }

  /** @param {string} address where to ask @param {string} query */
  ask(address, query) {
    this.stop();
    this.query = query;
    this.underWay = new AbortController();
    this.tell({ hits: null, note: words("searching"), over: false });
    void this.follow(address, query, this.underWay.signal);
  }

  /** @param {string} address @param {string} query @param {AbortSignal} signal */
  async follow(address, query, signal) {
    const asked = new URL(address, location.href);
    asked.searchParams.set("q", query);
    let [pause, left] = [PAUSE, Infinity];
    while (!signal.aborted) {
      const answer = await ask(asked.href, { headers: { Accept: "application/json" }, signal }).catch(() => null);
      const found = await answer?.json().catch(() => null);
      if (signal.aborted) return;
      if (!answer?.ok || !found) {
        const told = answer && answer.status < 500 && found?.detail;
        this.query = "";
        return this.tell({ hits: null, note: told || words("search_failed"), over: true });
      }
      const { hits, pages, pending } = found;
      const note = pending ? words("searched", { done: pages - pending, pages }) : "";
      this.tell({ hits, note, over: !pending });
      if (!pending) return;
      // What is left may be files that are long on their way: then it asks ever more rarely.
      pause = pending < left ? PAUSE : Math.min(LONGEST, pause * 2);
      left = pending;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The boxes to be marked, by page. @param {Hit[]} hits */
function mark(hits) {
  const pages = hits.flatMap((hit) => hit.pages.map((page) => /** @type {[string, number[][]]} */ ([page.page_id, page.boxes])));
  document.dispatchEvent(new CustomEvent("searchhits", { detail: new Map(pages) }));
}

export class SearchBox extends HTMLElement {
  constructor() {
    super();
    this.search = new Search((told) => this.told(told));
    /** By what `keyOf` says of each. @type {Map<string, Hit> | null} */
    this.hits = null;
    this.note = "";
    /** The reader pressed Enter before the answer was there: the step that was meant, else 0. */
    this.waiting = 0;
    this.visited = "";
    this.typing = 0;
  }

  connectedCallback() {
    for (const name of ["input", "compositionend", "submit", "keydown"]) this.addEventListener(name, this);
    const before = kept.get(this.address);
    if (!before) return;
    for (const control of this.controls) control.value = before[control.name] ?? "";
    this.visited = before.visited ?? "";
    this.apply();
    if (this.query) this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.typing);
    this.search.stop();
    if (this.hits) mark([]);
  }

  /** @param {Event} event */
  handleEvent(event) {
    switch (event.type) {
      case "input":
      case "compositionend":
        if (!(/** @type {InputEvent} */ (event).isComposing) && event.target === this.box) this.typed();
        return;
      case "submit":
        event.preventDefault();
        return event.target instanceof HTMLElement && event.target.matches(".search") ? this.next() : undefined;
      case "keydown":
        return this.key(/** @type {KeyboardEvent} */ (event));
    }
  }

  /** @returns {HTMLInputElement} */
  get box() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=search]"));
  }

  /** What the reader sets here. @returns {(HTMLInputElement | HTMLSelectElement)[]} */
  get controls() {
    return [this.box];
  }

  get address() {
    return this.dataset.search ?? "";
  }

  get query() {
    return this.box.value.trim();
  }

  /** What is being searched. @returns {Element} */
  get searched() {
    return this;
  }

  /** Shows what is found and set by now. */
  apply() {}

  /** Where the search leads, in order. @returns {Place[]} */
  places() {
    return [];
  }

  /** To those who can't see what was found. @param {string} text */
  say(text = this.note) {
    announce(text);
  }

  /** Where the focus goes when the box is left. */
  leave() {
    this.box.blur();
  }

  keep() {
    const set = Object.fromEntries(this.controls.map((control) => [control.name, control.value]));
    kept.set(this.address, { ...set, visited: this.visited });
  }

  typed() {
    this.visited = "";
    this.keep();
    clearTimeout(this.typing);
    if (this.query) this.typing = window.setTimeout(() => this.ask(), TYPING_PAUSE);
    else this.forget();
  }

  ask() {
    clearTimeout(this.typing);
    if (this.query !== this.search.query) this.search.ask(this.address, this.query);
  }

  /** No search any more. */
  forget() {
    this.search.stop();
    this.waiting = 0;
    this.note = "";
    if (this.hits) mark([]);
    this.hits = null;
    this.apply();
  }

  /** @param {Told} told */
  told({ hits, note, over }) {
    this.note = note;
    this.searched.setAttribute("aria-busy", String(!over));
    if (hits) {
      this.hits = new Map(hits.map((hit) => [keyOf(hit.serial_no, hit.attachment_id), hit]));
      mark(hits);
    } else if (over) {
      this.hits = null;
      mark([]);
    }
    this.apply();
    if (over) this.say();
    if (this.waiting && hits && (over || this.places().length)) this.next(this.waiting);
    if (over) this.waiting = 0;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.box || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.box.value = "";
      this.typed();
      this.leave();
    } else if (event.key === "Enter") {
      event.preventDefault(); // and no submitting, which the sandbox of a frame may forbid
      this.next(event.shiftKey ? -1 : 1);
    }
  }

  /** To the first hit, or to the one after what is shown; round again at the end. @param {number} step */
  next(step = 1) {
    if (this.query !== this.search.query) this.ask();
    this.waiting = this.hits || !this.query ? 0 : step;
    if (!this.hits || !this.query) return;
    const places = this.places();
    let at = places.findIndex((place) => place.key === this.visited && place.shown);
    if (at < 0 && step < 0) at = 0;
    const wanted = places[(at + step + places.length) % places.length];
    if (!wanted) return;
    this.visited = wanted.key;
    this.keep();
    wanted.go();
  }
}

/** What was found in an invoice: the facts, and each page one click away.
 * @param {Hit} hit @param {(page: HitPage) => string} address @param {(page: HitPage) => string} kindOf the kind of its file */
export function places(hit, address, kindOf) {
  const list = document.createElement("ul");
  list.className = "found";
  list.setAttribute("aria-label", words("found"));
  list.append(...hit.fields.map((field) => item(words(`in_${field}`) || field)));
  const several = new Set(hit.pages.map((page) => page.file_id)).size > 1;
  for (const page of hit.pages.slice(0, MOST_LINKS)) {
    const way = document.createElement("a");
    const kind = several ? kindOf(page).toUpperCase() : "";
    way.href = address(page);
    way.dataset.file = page.file_id;
    way.dataset.page = String(page.number);
    way.textContent = `${kind} ${words("in_page", { number: page.number })}`.trim();
    list.append(item(way));
  }
  if (hit.pages.length > MOST_LINKS) list.append(item(`+${hit.pages.length - MOST_LINKS}`));
  return list;
}

/** @param {string | Node} content */
function item(content) {
  const place = document.createElement("li");
  place.append(content);
  return place;
}

/** @param {string | null | undefined} serialNo @param {string | null | undefined} attachmentId */
export function keyOf(serialNo, attachmentId) {
  return serialNo ? `invoice ${serialNo}` : `attachment ${attachmentId}`;
}
