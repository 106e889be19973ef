// <invoice-stage>: one page large, and the strip of the others. A plain picture is painted first; OpenSeadragon lies over it
// as soon as the reader wants more of it.

import { ask } from "./ask.js";
import { freshAddresses } from "./fresh-addresses.js";
import { intoView } from "./into-view.js";
import { levels, pageOf, picture, shownSize, sizeFor, tileSource } from "./page.js";
import { announce, words } from "./words.js";

/** @typedef {import("./page.js").Page} Page */

const STEP = 1.4;
const SAVE_PAUSE = 300;
/** A stroke of the finger turns something from so many pixels, and so many per millisecond, on. */
const [FAR, QUICK] = [40, 0.25];

/** @type {Promise<any> | null} */
let loading = null;

/** OpenSeadragon, fetched once. @returns {Promise<any>} */
function openSeadragon() {
  if (loading) return loading;
  loading = new Promise((resolve, reject) => {
    // It would put a style element of its own into the page, which the page's policy forbids, unless one by this name is
    // there; this one, of no namespace, styles nothing.
    const style = document.createElementNS(null, "style");
    style.setAttribute("data-openseadragon-mobile-css", "");
    document.head.append(style);
    const script = document.createElement("script");
    script.src = document.getElementById("view")?.dataset.openseadragon ?? "";
    script.addEventListener("load", () => resolve(/** @type {any} */ (window).OpenSeadragon));
    script.addEventListener("error", () => reject(new Error("OpenSeadragon")));
    document.head.append(script);
  });
  return loading;
}

export class InvoiceStage extends HTMLElement {
  constructor() {
    super();
    /** @type {any} */
    this.viewer = null;
    /** @type {Promise<any> | null} */
    this.opening = null;
    /** What was painted last: the strip that names it may still be on its way. @type {Page | null} */
    this.painted = null;
    this.mirrored = false;
    this.round = 0;
    /** @type {{x: number, y: number, time: number} | null} */
    this.stroke = null;
  }

  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("pointerenter", this);
    for (const name of ["touchstart", "wheel"]) this.addEventListener(name, this, { passive: true });
    this.addEventListener("input", this);
    this.addEventListener("reset", this);
    this.sheet.addEventListener("error", this, true);
    this.sheet.addEventListener("load", this, true);
    const first = this.sheet.querySelector("img.picture");
    const before = this.page?.rotation;
    recall();
    this.painted = this.page;
    if (this.page && this.page.rotation !== before) this.paint(this.page);
    if (this.page && first instanceof HTMLImageElement && first.complete && !first.naturalWidth) void this.failed();
    if (this.page && window.matchMedia("(pointer: coarse)").matches) this.whenIdle(() => void this.live());
  }

  disconnectedCallback() {
    this.sleep();
  }

  /** @param {Event} event */
  handleEvent(event) {
    switch (event.type) {
      case "click":
        return this.clicked(/** @type {MouseEvent} */ (event));
      case "touchend":
        return this.released(/** @type {TouchEvent} */ (event));
      case "touchcancel":
        return void (this.stroke = null);
      case "touchstart":
        this.touched(/** @type {TouchEvent} */ (event));
        return void this.live();
      case "pointerenter":
      case "wheel":
        return void this.live();
      case "input":
      case "reset":
        return void setTimeout(() => this.adjust());
      case "error":
        return void this.failed();
      case "load":
        return this.settled("");
    }
  }

  /** @returns {HTMLElement} */
  get sheet() {
    return /** @type {HTMLElement} */ (this.querySelector(".sheet"));
  }

  /** The strip of the file that is shown. @returns {HTMLElement | null} */
  get strip() {
    return this.current?.closest(".strip") ?? null;
  }

  /** @returns {HTMLElement | null} */
  get current() {
    return this.querySelector(".strip [aria-current]");
  }

  /** @returns {Page | null} */
  get page() {
    return this.current ? pageOf(this.current) : this.painted;
  }

  /** @returns {HTMLElement[]} */
  get pages() {
    return this.strip ? [...this.strip.querySelectorAll("a")] : [];
  }

  /** Shows another invoice: its picture at once, from what its card knows. @param {Page} page */
  preview(page) {
    for (const strip of this.querySelectorAll(".strip")) strip.remove();
    this.paint(page);
  }

  /** Takes over what another stage, fresh from the server, shows. @param {Element} other @param {number} [number] */
  take(other, number = 1) {
    for (const strip of this.querySelectorAll(".strip")) strip.remove();
    this.dataset.here = other.getAttribute("data-here") ?? "";
    const strips = [...other.querySelectorAll(".strip")].map((strip) => document.adoptNode(strip));
    this.append(...strips);
    recall();
    if (this.current) {
      this.turnTo(number, true);
    } else {
      this.sleep();
      this.painted = null;
      const sheet = other.querySelector(".sheet");
      if (sheet) this.sheet.replaceChildren(...document.adoptNode(sheet).childNodes);
    }
    this.dispatchEvent(new CustomEvent("pagechange", { bubbles: true }));
  }

  /** Another file of what is shown. @param {string} fileId @param {number} [number] */
  showFile(fileId, number = 1) {
    const strip = this.querySelector(`.strip[data-file-id="${fileId}"]`);
    const wanted = strip?.querySelector(`a[data-page="${number}"]`);
    if (wanted instanceof HTMLElement) this.goTo(wanted);
  }

  /** @param {number} number @param {boolean} [quietly] */
  turnTo(number, quietly = false) {
    const wanted = this.pages.find((each) => Number(each.dataset.page) === number) ?? this.pages[0];
    if (wanted) this.goTo(wanted, quietly);
  }

  /** To the next page or the one before; false where there is none. @param {number} step */
  turn(step) {
    const pages = this.pages;
    const wanted = this.current && pages[pages.indexOf(this.current) + step];
    if (wanted) this.goTo(wanted);
    return Boolean(wanted);
  }

  /** @param {HTMLElement} link @param {boolean} [quietly] */
  goTo(link, quietly = false) {
    const focused = document.activeElement;
    this.current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "page");
    for (const strip of this.querySelectorAll(".strip")) {
      if (strip instanceof HTMLElement) strip.hidden = strip !== this.strip || this.pages.length < 2;
    }
    const [number, count] = [Number(link.dataset.page), this.pages.length];
    const position = this.strip?.querySelector(".position");
    if (position) position.textContent = `${number} / ${count}`;
    intoView(link);
    if (focused !== document.activeElement && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    const page = pageOf(link);
    if (this.painted?.service !== page.service) this.paint(page);
    const next = this.pages[this.pages.indexOf(link) + 1];
    if (next) this.ahead(pageOf(next));
    if (!quietly) {
      announce(words("page", { number, count }));
      this.dispatchEvent(new CustomEvent("pagechange", { bubbles: true }));
    }
  }

  /** Fetches the picture that this page would need here. @param {Page} page */
  ahead(page) {
    new Image().src = picture(page, sizeFor(page, this.needed(page)));
  }

  /** Device pixels that the page would be wide, fitted. @param {Page} page */
  needed(page) {
    const shown = shownSize(page);
    const { clientWidth, clientHeight } = this.sheet;
    return Math.min(clientWidth, (clientHeight * shown.width) / shown.height) * (window.devicePixelRatio || 1);
  }

  /** The plain picture of a page. @param {Page} page */
  paint(page) {
    this.sleep();
    this.painted = page;
    const image = document.createElement("img");
    const shown = shownSize(page);
    image.className = "picture";
    image.dataset.pageId = page.id;
    image.width = shown.width;
    image.height = shown.height;
    image.alt = words("page", { number: page.number, count: Math.max(1, this.pages.length) });
    image.src = picture(page, sizeFor(page, 0.95 * this.needed(page)));
    this.sheet.replaceChildren(image);
    if (this.matches(":hover") || window.matchMedia("(pointer: coarse)").matches) this.whenIdle(() => void this.live());
  }

  /** The plain picture alone again. */
  sleep() {
    this.round += 1;
    this.opening = null;
    this.sheet.classList.remove("live");
    this.viewer?.destroy();
    this.viewer = null;
    this.sheet.querySelector(".canvas")?.remove();
  }

  /** OpenSeadragon with the current page, over the plain picture. @returns {Promise<any>} */
  live() {
    if (!this.page || !this.sheet.querySelector("img.picture")) return Promise.resolve(null);
    if (!this.opening) this.opening = this.open(this.page).catch(() => null);
    return this.opening;
  }

  /** @param {Page} page */
  async open(page) {
    const { round } = this;
    const OpenSeadragon = await openSeadragon();
    if (!this.isConnected || this.page?.id !== page.id || this.round !== round) return null;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const place = document.createElement("div");
    place.className = "canvas";
    this.sheet.append(place);
    const viewer = OpenSeadragon({
      element: place,
      tileSources: tileSource(page),
      degrees: page.rotation,
      flipped: this.mirrored,
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: calm ? 0 : 0.35,
      springStiffness: 9,
      visibilityRatio: 0.5,
      minZoomImageRatio: 0.7,
      maxZoomPixelRatio: 4,
      zoomPerScroll: 1.25,
      crossOriginPolicy: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { dblClickToZoom: true, flickEnabled: true },
    });
    this.viewer = viewer;
    viewer.innerTracker.keyHandler = null;
    viewer.innerTracker.keyDownHandler = null;
    viewer.addHandler("tile-load-failed", () => void this.failed());
    keepShare(viewer);
    await new Promise((resolve) => {
      viewer.addOnceHandler("open", () => {
        const item = viewer.world.getItemAt(0);
        const shown = () => resolve(this.viewer === viewer && this.sheet.classList.add("live"));
        if (item.getFullyLoaded()) shown();
        else item.addOnceHandler("fully-loaded-change", shown);
      });
    });
    if (this.viewer !== viewer) return null; // another page has taken its place meanwhile
    this.adjust();
    this.dispatchEvent(new CustomEvent("live", { detail: viewer }));
    return viewer;
  }

  /** Whether nothing of the page is outside, so that a stroke over it isn't meant to move it. */
  get fitted() {
    const viewport = this.viewer?.viewport;
    return !viewport || viewport.getZoom(true) <= viewport.getHomeZoom() * 1.05;
  }

  /** @param {TouchEvent} event */
  touched({ touches, target, timeStamp }) {
    const [touch] = touches;
    // Another picture may replace it under the finger; then the end of the stroke comes to it alone.
    for (const name of ["touchend", "touchcancel"]) target?.addEventListener(name, this, { passive: true, once: true });
    const meant = touch && touches.length === 1 && this.fitted && this.sheet.contains(/** @type {Node} */ (target));
    this.stroke = meant ? { x: touch.clientX, y: touch.clientY, time: timeStamp } : null;
  }

  /** A quick stroke over a fitted page: sideways to the next invoice, upwards to the file's next page. @param {TouchEvent} event */
  released({ changedTouches: [touch], timeStamp }) {
    const from = this.stroke;
    this.stroke = null;
    if (!from || !touch) return;
    const [x, y] = [touch.clientX - from.x, touch.clientY - from.y];
    const [across, along] = [Math.abs(x), Math.abs(y)];
    if (Math.max(across, along) < Math.max(FAR, QUICK * (timeStamp - from.time))) return;
    if (across > 2 * along) this.dispatchEvent(new CustomEvent("swipe", { bubbles: true, detail: x < 0 ? 1 : -1 }));
    else if (along > 2 * across) this.turn(y < 0 ? 1 : -1);
    this.viewer?.viewport.goHome();
  }

  /** The page's address may have expired meanwhile; then there is a new one. */
  async failed() {
    const refused = this.page;
    if (!refused) return;
    await freshAddresses();
    const page = this.page;
    if (page && page.service !== refused.service) return this.paint(page);
    this.settled(words("missing"));
  }

  /** @param {string} note */
  settled(note) {
    this.sheet.querySelector(".note")?.remove();
    if (!note) return;
    const place = document.createElement("p");
    place.className = "no-picture problem note";
    place.textContent = note;
    this.sheet.replaceChildren(place);
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest(".strip a");
    if (link instanceof HTMLElement) {
      event.preventDefault();
      return this.goTo(link);
    }
    const name = target?.closest("button")?.dataset.do;
    if (name) this.do(name);
  }

  /** What a tool or a key asks for; what isn't the stage's own goes on to the desk. @param {string} name */
  do(name) {
    switch (name) {
      case "zoom-in":
        return this.zoom((viewer) => viewer.viewport.zoomBy(STEP));
      case "zoom-out":
        return this.zoom((viewer) => viewer.viewport.zoomBy(1 / STEP));
      case "fit-page":
        return this.viewer ? this.zoom((viewer) => viewer.viewport.goHome()) : undefined;
      case "fit-width":
        return this.zoom(fitWidth);
      case "actual":
        return this.zoom(({ viewport }) => viewport.zoomTo(viewport.imageToViewportZoom(1 / (window.devicePixelRatio || 1))));
      case "turn-right":
        return this.rotate(90);
      case "turn-left":
        return this.rotate(-90);
      case "mirror":
        return this.mirror();
      case "adjust":
        return this.toggle("adjust", /** @type {HTMLFormElement} */ (this.querySelector("form.adjust")));
      default:
        this.dispatchEvent(new CustomEvent("stage-do", { bubbles: true, detail: name }));
    }
  }

  /** @param {(viewer: any) => unknown} how */
  zoom(how) {
    void this.live().then((viewer) => viewer && how(viewer));
  }

  mirror() {
    this.mirrored = !this.mirrored;
    this.button("mirror")?.setAttribute("aria-pressed", String(this.mirrored));
    void this.live().then((viewer) => viewer?.viewport.setFlip(this.mirrored));
  }

  /** @param {string} name @returns {HTMLButtonElement | null} */
  button(name) {
    return this.querySelector(`.tools [data-do="${name}"]`);
  }

  /** @param {string} name @param {HTMLElement} part */
  toggle(name, part) {
    part.hidden = !part.hidden;
    this.button(name)?.setAttribute("aria-pressed", String(!part.hidden));
    if (!part.hidden) part.querySelector("input")?.focus();
  }

  /** How pale scans are shown; it changes what is seen, not the picture. */
  adjust() {
    const form = this.querySelector("form.adjust");
    if (!(form instanceof HTMLFormElement)) return;
    const given = new FormData(form);
    const [brightness, contrast, invert] = [given.get("brightness"), given.get("contrast"), given.get("invert")];
    const plain = brightness === "100" && contrast === "100" && !invert;
    this.sheet.style.filter = plain ? "" : `brightness(${brightness}%) contrast(${contrast}%)${invert ? " invert(1)" : ""}`;
  }

  /** Turns the file for this and, where this one may say so, for every later reader. @param {number} degrees */
  rotate(degrees) {
    const page = this.page;
    if (!page) return;
    // What is seen may be turned already without being stored so: by the other one of two that are compared.
    const seen = this.viewer ? this.viewer.viewport.getRotation() : page.rotation;
    const rotation = (((Math.round(seen) + degrees) % 360) + 360) % 360;
    turnFile(page.fileId, rotation);
    if (this.viewer) this.viewer.viewport.rotateBy(degrees);
    else this.paint({ ...page, rotation });
    keep(page.fileId, rotation);
  }

  /** @param {() => void} then */
  whenIdle(then) {
    if ("requestIdleCallback" in window) window.requestIdleCallback(then, { timeout: 1500 });
    else setTimeout(then, 300);
  }
}

/** When the stage's size changes, what was fitted stays so, and the rest as much larger than that. @param {any} viewer */
function keepShare(viewer) {
  let home = 0;
  const note = () => (home = viewer.viewport?.getHomeZoom());
  const soon = (/** @type {() => void} */ then) => void Promise.resolve().then(() => viewer.viewport && then());
  viewer.addHandler("open", note);
  viewer.addHandler("rotate", () => soon(note));
  viewer.addHandler("resize", () => {
    const share = viewer.viewport.getZoom() / home;
    soon(() => viewer.viewport.zoomTo(share * note(), null, true));
  });
}

/** The page as wide as the stage, from its upper edge on. @param {any} viewer */
function fitWidth(viewer) {
  const { viewport } = viewer;
  viewport.fitHorizontally(true);
  const { Point } = /** @type {any} */ (window).OpenSeadragon;
  const { x: width, y: height } = viewer.world.getItemAt(0).getContentSize();
  const corners = [[0, 0], [width, 0], [0, height], [width, height]];
  const tops = corners.map(([x, y]) => viewport.imageToViewerElementCoordinates(new Point(x, y)).y);
  viewport.panBy(viewport.deltaPointsFromPixels(new Point(0, Math.min(...tops)), true), true);
}

/** How files were turned here. What was fetched before doesn't know of it. @type {Map<string, number>} */
const turned = new Map();
/** Of these what is still to be saved. @type {Map<string, number>} */
const unsaved = new Map();
let saving = 0;
/** One after the other, so that the last turn is what is stored. */
let saved = Promise.resolve();

/** Turns what has just come. */
function recall() {
  for (const [fileId, rotation] of turned) turnFile(fileId, rotation);
}

/** Here, and soon on the server where this reader may say so. @param {string} fileId @param {number} rotation */
function keep(fileId, rotation) {
  turned.set(fileId, rotation);
  if (!document.querySelector("#view invoice-stage[data-may-rotate]")) return;
  unsaved.set(fileId, rotation);
  clearTimeout(saving);
  saving = window.setTimeout(saveAll, SAVE_PAUSE);
}

function saveAll() {
  for (const [fileId, rotation] of unsaved) saved = saved.then(() => save(fileId, rotation));
  unsaved.clear();
}

/** @param {string} fileId @param {number} rotation */
async function save(fileId, rotation) {
  const address = `${document.getElementById("view")?.dataset.api}/files/${fileId}/rotation`;
  const answer = await ask(address, {
    method: "PUT",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ rotation }),
    keepalive: true,
  }).catch(() => null);
  announce(words(answer?.ok ? "turned" : "not_turned"), !answer?.ok);
}

window.addEventListener("pagehide", saveAll);

/** Every picture of a file on this page, turned. @param {string} fileId @param {number} rotation */
function turnFile(fileId, rotation) {
  for (const element of document.querySelectorAll(`#view [data-file-id="${fileId}"][data-page]`)) {
    if (!(element instanceof HTMLElement) || element.dataset.rotation === String(rotation)) continue;
    element.dataset.rotation = String(rotation);
    const image = element.querySelector("img");
    if (!image) continue;
    const page = pageOf(element);
    const shown = shownSize(page);
    image.width = shown.width;
    image.height = shown.height;
    image.src = picture(page, sizeFor(page, 100));
    if (image.srcset) image.srcset = levels(page).map((size) => `${picture(page, size)} ${page.rotation % 180 ? size.height : size.width}w`).join(", ");
  }
}

customElements.define("invoice-stage", InvoiceStage);
