// Opens a page large in the page's dialog: fitted or in its actual size, with the other pages of its file.
// Every element with `data-page` in one card or stage is a page; those with `data-open` open the dialog.

import { freshAddresses } from "./fresh-addresses.js";

/** @typedef {{number: number, full: string, fit: string, width: number, height: number}} Page */

const DRAG_THRESHOLD = 4;

/** @param {HTMLElement} element @returns {Page} */
function pageOf(element) {
  const { page, full, fit, width, height } = element.dataset;
  const address = full ?? element.getAttribute("href") ?? "";
  return { number: Number(page), full: address, fit: fit ?? "", width: Number(width), height: Number(height) };
}

/** @param {Element} owner @returns {Page[]} */
function pagesOf(owner) {
  /** @type {Map<number, Page>} */
  const pages = new Map();
  for (const element of owner.querySelectorAll("[data-page]")) {
    if (element instanceof HTMLElement) pages.set(Number(element.dataset.page), pageOf(element));
  }
  return [...pages.values()].sort((one, other) => one.number - other.number);
}

class PageDialog {
  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.viewport = this.part(".viewport");
    this.sheet = this.part(".sheet");
    this.image = /** @type {HTMLImageElement} */ (this.part("img"));
    /** @type {Page[]} */
    this.pages = [];
    this.index = 0;
    this.actual = false;
    dialog.addEventListener("click", (event) => this.clicked(event));
    dialog.addEventListener("keydown", (event) => this.pressed(event));
    dialog.addEventListener("close", () => this.image.removeAttribute("src"));
    this.image.addEventListener("load", () => this.settle(""));
    this.image.addEventListener("error", () => void this.failed());
    this.button("fullscreen").hidden = !document.fullscreenEnabled;
    this.installDragging();
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return /** @type {HTMLElement} */ (this.dialog.querySelector(selector));
  }

  /** @param {string} name */
  button(name) {
    return /** @type {HTMLButtonElement} */ (this.part(`[data-do="${name}"]`));
  }

  get page() {
    return /** @type {Page} */ (this.pages[this.index]);
  }

  /** @param {Element} owner @param {number} number */
  open(owner, number) {
    this.owner = owner;
    this.pages = pagesOf(owner);
    this.part(".owner").textContent = owner.querySelector("h3")?.textContent?.trim() ?? "";
    this.part(".turn").hidden = this.pages.length < 2;
    this.dialog.showModal();
    this.show(Math.max(0, this.pages.findIndex((page) => page.number === number)));
    this.sheet.focus();
  }

  /** @param {number} index */
  show(index) {
    this.index = index;
    this.actual = false;
    this.part(".position").textContent = `${index + 1} / ${this.pages.length}`;
    this.button("previous").disabled = index === 0;
    this.button("next").disabled = index === this.pages.length - 1;
    this.load();
    const following = this.pages[index + 1];
    if (following) new Image().src = this.source(following);
  }

  /** The picture that suffices for the room there is. @param {Page} page */
  source(page) {
    const density = window.devicePixelRatio || 1;
    const fitted = Math.min(this.sheet.clientWidth, (this.sheet.clientHeight * page.width) / page.height) * density;
    return !this.actual && fitted <= 1700 ? page.fit : page.full;
  }

  load() {
    const source = this.source(this.page);
    this.sheet.classList.toggle("actual", this.actual);
    this.button("zoom").setAttribute("aria-pressed", String(this.actual));
    if (this.image.getAttribute("src") === source) return;
    this.sheet.classList.add("loading");
    this.image.width = this.page.width;
    this.image.height = this.page.height;
    this.image.alt = `${this.page.number}`;
    this.image.src = source;
  }

  /** Its address may have expired meanwhile; then there is a new one. */
  async failed() {
    const refused = this.source(this.page);
    await freshAddresses();
    if (this.owner) this.pages = pagesOf(this.owner);
    if (this.source(this.page) === refused) this.settle(this.dialog.dataset.missing ?? "");
    else this.load();
  }

  /** @param {string} note */
  settle(note) {
    this.sheet.classList.remove("loading");
    this.sheet.classList.toggle("failed", note !== "");
    this.part(".note").textContent = note;
  }

  /** Between fitted and actual size; the point (as shares of the picture) stays in the middle.
   * @param {{x: number, y: number}} [point] */
  zoom(point = { x: 0.5, y: 0 }) {
    this.actual = !this.actual;
    this.load();
    this.sheet.scrollLeft = point.x * this.sheet.scrollWidth - this.sheet.clientWidth / 2;
    this.sheet.scrollTop = point.y * this.sheet.scrollHeight - this.sheet.clientHeight / 2;
  }

  /** @param {number} step */
  turn(step) {
    if (this.pages[this.index + step]) this.show(this.index + step);
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("button");
    if (target === this.image && !this.dragged) {
      const box = this.image.getBoundingClientRect();
      this.zoom({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
    }
    switch (button?.dataset.do) {
      case "previous":
        return this.turn(-1);
      case "next":
        return this.turn(1);
      case "zoom":
        return this.zoom();
      case "fullscreen":
        return void (document.fullscreenElement ? document.exitFullscreen() : this.viewport.requestFullscreen()).catch(
          () => (this.button("fullscreen").hidden = true),
        );
      case "close":
        return this.close();
    }
  }

  close() {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
    this.dialog.close();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowLeft" && this.pages.length > 1) this.turn(-1);
    else if (event.key === "ArrowRight" && this.pages.length > 1) this.turn(1);
    else if (event.key === "Home" && !this.actual) this.show(0);
    else if (event.key === "End" && !this.actual) this.show(this.pages.length - 1);
    else if (["+", "=", "1"].includes(event.key) && !this.actual) this.zoom();
    else if (["-", "0"].includes(event.key) && this.actual) this.zoom();
    else return;
    event.preventDefault();
  }

  /** The mouse moves a page in its actual size like paper. */
  installDragging() {
    /** @type {{x: number, y: number, left: number, top: number} | null} */
    let start = null;
    this.dragged = false;
    this.sheet.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      if (event.pointerType !== "mouse" || event.button !== 0 || !this.actual) return;
      start = { x: event.clientX, y: event.clientY, left: this.sheet.scrollLeft, top: this.sheet.scrollTop };
    });
    this.sheet.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [right, down] = [event.clientX - start.x, event.clientY - start.y];
      this.dragged = this.dragged || Math.abs(right) + Math.abs(down) > DRAG_THRESHOLD;
      this.sheet.scrollLeft = start.left - right;
      this.sheet.scrollTop = start.top - down;
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.sheet.addEventListener(end, () => (start = null));
    }
    this.image.draggable = false;
  }
}

const element = document.getElementById("page-dialog");
if (typeof HTMLDialogElement === "function" && element instanceof HTMLDialogElement) {
  const dialog = new PageDialog(element);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest("[data-open]") : null;
    const owner = link?.closest("[data-serial-no], [data-attachment-id]");
    if (!(link instanceof HTMLElement) || !owner) return;
    event.preventDefault();
    dialog.open(owner, Number(link.dataset.page));
  });
}
