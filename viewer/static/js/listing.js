// <list-controls>: search, filters and order of the image view's list. In the bill's order the entries keep their groups;
// any other order goes over the whole bill ("the largest first"), so the groups give way to one list whose cards name their
// entries.

import { cards, pick, picked } from "./desk.js";
import { keyOf, places, SearchBox } from "./search.js";
import { words } from "./words.js";

/** @typedef {import("./search.js").Hit} Hit */

const OWNER = ".card[data-serial-no], .card[data-attachment-id]";

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
const amounts = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** @typedef {(one: string, other: string) => number} Compare */

/** @type {Compare} */
const asAmounts = (one, other) => Number(one) - Number(other);
const typeOf = (/** @type {HTMLElement} */ card) => card.querySelector(".type")?.textContent ?? "";

/** What cards are ordered by, and how; a card without it comes last.
 * @type {Record<string, [(card: HTMLElement) => string | undefined, Compare]>} */
const ORDERS = {
  most: [(card) => card.dataset.amount, (one, other) => asAmounts(other, one)],
  least: [(card) => card.dataset.amount, asAmounts],
  date: [(card) => card.dataset.date, collator.compare],
  recent: [(card) => card.dataset.date, (one, other) => collator.compare(other, one)],
  type: [typeOf, collator.compare],
  number: [(card) => card.dataset.number, collator.compare],
};

/** What each card says of its hit, so that it is written anew, and the focus in it lost, only where it changes.
 * @type {WeakMap<HTMLElement, string>} */
const noted = new WeakMap();

class ListControls extends SearchBox {
  constructor() {
    super();
    this.sorted = "";
    /** Where each invoice's card belongs. @type {Map<string, {place: number, home: HTMLElement}>} */
    this.homes = new Map();
  }

  connectedCallback() {
    for (const [place, card] of this.invoices().entries()) {
      if (card.parentElement) this.homes.set(card.dataset.serialNo ?? "", { place, home: card.parentElement });
    }
    this.addEventListener("click", this);
    document.addEventListener("cardchange", this);
    super.connectedCallback();
  }

  disconnectedCallback() {
    document.removeEventListener("cardchange", this);
    super.disconnectedCallback();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "input" && event.target !== this.box) return this.narrowed();
    if (event.type === "click") return event.target instanceof Element && event.target.closest("[data-clear]") ? this.clear() : undefined;
    if (event.type !== "cardchange") return super.handleEvent(event);
    this.sorted = "";
    this.apply();
  }

  /** @returns {HTMLSelectElement[]} */
  get choices() {
    return [...this.querySelectorAll("select")];
  }

  get controls() {
    return [this.box, ...this.choices];
  }

  /** @returns {HTMLElement} */
  get groups() {
    return /** @type {HTMLElement} */ (document.querySelector("#view .groups"));
  }

  get searched() {
    return this.groups;
  }

  /** @returns {HTMLElement[]} */
  invoices() {
    return [...this.groups.querySelectorAll(".card[data-serial-no]")].filter(isElement);
  }

  narrowed() {
    this.keep();
    this.apply();
    this.say();
  }

  clear() {
    clearTimeout(this.typing);
    for (const control of this.controls) control.value = "";
    this.visited = "";
    this.keep();
    this.forget();
    this.leave();
    this.say();
  }

  leave() {
    const list = this.closest(".list");
    if (list instanceof HTMLElement) list.focus({ preventScroll: true });
  }

  places() {
    return cards().flatMap((card) => {
      const hit = this.hits?.get(keyOfCard(card));
      const pages = hit?.pages.length ? hit.pages : [undefined];
      return pages.map((page) => ({
        key: `${keyOfCard(card)} ${page?.page_id}`,
        shown: card === picked(),
        go: () => void pick(card, page ? { page: page.number, file: page.file_id } : {}),
      }));
    });
  }

  /** Brings the list into line with everything that is set. */
  apply() {
    this.arrange();
    const set = this.choices.filter((choice) => choice.value);
    const filters = set.filter((choice) => choice.name !== "sort");
    const all = [...this.groups.querySelectorAll(OWNER)].filter(isElement);
    for (const card of all) {
      const hit = this.hits?.get(keyOfCard(card));
      const fits = filters.every(({ name, value }) => (card.dataset[name] ?? "").split(" ").includes(value));
      card.hidden = !fits || Boolean(this.hits && !hit);
      note(card, card.hidden ? undefined : hit);
    }
    const narrowed = Boolean(this.hits || filters.length);
    for (const group of this.groups.querySelectorAll(".group")) {
      const flat = group.classList.contains("flat");
      const filled = Boolean(group.querySelector(".card:not([hidden])"));
      const emptied = this.sorted ? !group.classList.contains("attachments") : narrowed;
      if (group instanceof HTMLElement) group.hidden = flat ? !filled : emptied && !filled;
    }
    this.groups.classList.toggle("narrowed", narrowed);
    for (const link of document.querySelectorAll(".jump a")) {
      if (link instanceof HTMLAnchorElement) link.hidden = Boolean(document.getElementById(link.hash.slice(1))?.hidden);
    }
    this.sum(narrowed, set.length);
  }

  /** The cards in their order: under their entries, or all in one list. */
  arrange() {
    const flat = this.groups.querySelector(".group.flat .cards");
    const sort = this.choices.find((choice) => choice.name === "sort")?.value ?? "";
    if (!flat || sort === this.sorted) return;
    const home = (/** @type {HTMLElement} */ card) => this.homes.get(card.dataset.serialNo ?? "");
    const inOrder = this.invoices().sort((one, other) => (home(one)?.place ?? 0) - (home(other)?.place ?? 0));
    const order = ORDERS[sort];
    if (order) {
      const [by, compare] = order;
      const keyed = inOrder.map((card) => ({ card, key: by(card) }));
      keyed.sort(({ key: one }, { key: other }) => (one && other ? compare(one, other) : Number(!one) - Number(!other)));
      inOrder.splice(0, Infinity, ...keyed.map(({ card }) => card));
      for (const card of inOrder) nameEntry(card, home(card)?.home);
      flat.append(...inOrder);
    } else {
      for (const card of inOrder) {
        card.querySelector(".of-entry")?.remove();
        home(card)?.home.append(card);
      }
    }
    this.sorted = sort;
  }

  /** How many are listed, and what they come to. @param {boolean} narrowed @param {number} set */
  sum(narrowed, set) {
    const state = this.querySelector(".search-state");
    const badge = this.querySelector(".narrow .badge");
    const listed = this.querySelector(".listed");
    if (!(listed instanceof HTMLElement) || !state || !(badge instanceof HTMLElement)) return;
    const none = narrowed && !this.note && !cards().length;
    state.textContent = none ? words(this.hits?.size === 0 ? "no_hit" : "none_fits") : this.note;
    badge.hidden = !set;
    badge.textContent = words("narrowed", { count: set });
    listed.hidden = !narrowed && !set;
    const { count, all, sum, total } = this.figures();
    const place = (/** @type {string} */ name, /** @type {string} */ text) => {
      const element = listed.querySelector(name);
      if (element) element.textContent = text;
    };
    place(".count", [words("listed", { count, all }), this.attachments()].filter(Boolean).join(" · "));
    place(".amount", sum);
    place(".all", words("of_total", { total }));
  }

  figures() {
    const invoices = this.invoices();
    const shown = invoices.filter((card) => !card.hidden);
    const cents = shown.reduce((sum, card) => sum + Math.round(100 * Number(card.dataset.amount)), 0);
    const sum = (this.dataset.zero ?? "").replace("0.00", amounts.format(cents / 100));
    return { count: shown.length, all: invoices.length, sum, total: this.dataset.sum ?? "" };
  }

  /** How many attachments a search found besides. */
  attachments() {
    const count = this.hits ? cards().filter((card) => card.dataset.attachmentId).length : 0;
    return count ? words("attachments", { count }) : "";
  }

  /** To those who can't see the list. */
  say() {
    const state = this.querySelector(".search-state")?.textContent;
    super.say(state || [words("listed_invoices", this.figures()), this.attachments()].filter(Boolean).join(" · "));
  }
}

/** On a card: where the words were found, each page one click away. @param {HTMLElement} card @param {Hit} [hit] */
function note(card, hit) {
  const said = hit ? JSON.stringify(hit) : "";
  if ((noted.get(card) ?? "") === said) return;
  noted.set(card, said);
  card.querySelector(".found")?.remove();
  delete card.dataset.hitFile;
  delete card.dataset.hitPage;
  const link = card.querySelector("a[data-open]");
  if (!hit || !(link instanceof HTMLAnchorElement)) return;
  const known = card.querySelector("a.open[data-file-id]")?.getAttribute("data-file-id");
  const first = hit.pages.find((page) => page.file_id === known) ?? hit.pages[0];
  if (first) {
    card.dataset.hitFile = first.file_id;
    card.dataset.hitPage = String(first.number);
  }
  const kindOf = (/** @type {import("./search.js").HitPage} */ { file_id }) => card.querySelector(`.files a[href*="/${file_id}?"] .kind`)?.textContent ?? "";
  card.querySelector(".facts")?.append(places(hit, (page) => `${link.href}&file=${page.file_id}&page=${page.number}`, kindOf));
}

/** Away from its group a card says itself which entry it is of. @param {HTMLElement} card @param {HTMLElement} [home] */
function nameEntry(card, home) {
  const title = home?.closest(".group")?.querySelector("h2");
  if (!title || card.querySelector(".of-entry")) return;
  const entry = document.createElement("p");
  entry.className = "of-entry";
  const link = title.querySelector("a");
  entry.append(link ? link.cloneNode(true) : (title.textContent ?? ""));
  card.querySelector(".facts")?.prepend(entry);
}

/** @param {HTMLElement} card */
function keyOfCard(card) {
  return keyOf(card.dataset.serialNo, card.dataset.attachmentId);
}

/** @param {Element} element @returns {element is HTMLElement} */
function isElement(element) {
  return element instanceof HTMLElement;
}

customElements.define("list-controls", ListControls);
