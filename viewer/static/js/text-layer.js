// What lies over a page on the stage: its words, transparent, to be selected, copied and found; what a search hit; and on
// a pasted sheet the invoice's own part. All of it is built once in the page's pixels and moved as a whole.

import { ask } from "./ask.js";
import { InvoiceStage } from "./invoice-stage.js";
import { pageMatrix } from "./page-matrix.js";

/** @typedef {{text: string, x: number, y: number, w: number, h: number}} Word */
/** @typedef {Word & {down: boolean, line: number, element: HTMLElement}} Laid */
/** @typedef {[number, number, number, number]} Box */

const FONT = 16;
/** Gaps in heights of a line: up to the first Latin words touch, up to the second Chinese ones. */
const [TOUCHING, NEAR] = [0.05, 0.3];
const CHINESE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/;

/** @type {Map<string, Box[]>} */
let hits = new Map();
/** @type {WeakMap<any, HTMLElement>} */
const marks = new WeakMap();
const { measure, widthOf } = measuring();

function measuring() {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = `${FONT}px sans-serif`;
  /** @type {Map<string, number>} */
  const known = new Map();
  const measure = (/** @type {string} */ text) => context?.measureText(text).width ?? 0;
  const widthOf = (/** @type {string} */ text) => {
    if (!known.has(text)) known.set(text, measure(text) || FONT);
    return /** @type {number} */ (known.get(text));
  };
  return { measure, widthOf };
}

/** @param {string} name @param {HTMLElement} parent */
function part(name, parent) {
  const element = document.createElement("div");
  element.className = name;
  parent.append(element);
  return element;
}

/** Puts the layer over a page that OpenSeadragon shows. @param {InvoiceStage} stage @param {any} viewer */
async function lay(stage, viewer) {
  const page = stage.page;
  if (!page || stage.viewer !== viewer) return;
  const layer = part("over", viewer.canvas);
  layer.style.width = `${page.width}px`;
  layer.style.height = `${page.height}px`;
  const marked = part("marks", layer);
  marks.set(viewer, marked);
  let unit = 0;
  const place = () => {
    const matrix = pageMatrix(stage, page);
    layer.style.transform = String(matrix);
    const now = 1 / Math.hypot(matrix.a, matrix.b);
    if (Math.abs(now / unit - 1) > 0.01) marked.style.setProperty("--unit", `${(unit = now)}px`);
  };
  viewer.addHandler("update-viewport", place);
  place();
  mark(stage);
  const words = await wordsOf(page.id);
  if (!words.length || stage.viewer !== viewer) return;
  const text = part("words", layer);
  const laid = layWords(words, text);
  selecting(stage, page, text, laid);
  viewer.addHandler("animation-start", () => text.classList.toggle("resting", !text.contains(getSelection()?.anchorNode ?? null)));
  viewer.addHandler("animation-finish", () => text.classList.remove("resting"));
  unscrolled(viewer);
}

/** @param {string} pageId @returns {Promise<Word[]>} */
async function wordsOf(pageId) {
  const { iiif } = document.getElementById("view")?.dataset ?? {};
  if (!iiif) return [];
  return ask(`${iiif}${pageId}/text.json`, { headers: { Accept: "application/json" } }).then(
    async (answer) => (answer.ok ? (await answer.json()).words : []),
    () => [],
  );
}

/** A word on its box. What separates it from the next one follows in it, so that a copy reads as the page does.
 * @param {Word[]} words @param {HTMLElement} text @returns {Laid[]} */
function layWords(words, text) {
  const fragment = document.createDocumentFragment();
  let line = 0;
  const laid = words.map((word, index) => {
    const { x, y, w, h } = word;
    const down = runsDown(word);
    const element = document.createElement("span");
    const separator = between(word, words[index + 1]);
    element.textContent = word.text + (separator === " " ? " " : "");
    const width = widthOf(word.text);
    if (down) element.className = "down";
    element.style.transform = `translate(${x}px,${y}px) scale(${down ? `${w / FONT},${h / width}` : `${w / width},${h / FONT}`})`;
    fragment.append(element);
    const found = { ...word, down, line, element };
    if (separator === "\n") {
      fragment.append(document.createElement("br"));
      line++;
    }
    return found;
  });
  text.append(fragment);
  return laid;
}

/** @param {Word} word */
function runsDown({ text, w, h }) {
  return text.length > 1 && h > 1.5 * w;
}

/** @param {Word} word @param {Word} [next] */
function between(word, next) {
  if (!next) return "";
  const common = Math.min(word.y + word.h, next.y + next.h) - Math.max(word.y, next.y);
  if (next.x < word.x || common < 0.4 * Math.min(word.h, next.h) || runsDown(word) || runsDown(next)) return "\n";
  const chinese = CHINESE.test(word.text.slice(-1)) || CHINESE.test(next.text.slice(0, 1));
  return next.x - word.x - word.w < (chinese ? NEAR : TOUCHING) * Math.min(word.h, next.h) ? "" : " ";
}

/** A mouse that is pressed on a word selects; anything else is OpenSeadragon's.
 * @param {InvoiceStage} stage @param {import("./page.js").Page} page @param {HTMLElement} text @param {Laid[]} words */
function selecting(stage, page, text, words) {
  const selection = /** @type {Selection} */ (document.getSelection());
  const onWord = (/** @type {Event} */ event) => event.target instanceof HTMLElement && text.contains(event.target);
  /** @param {MouseEvent} event @returns {[Laid, Node, number]} */
  const under = (event) => {
    const { left, top } = stage.sheet.getBoundingClientRect();
    const at = new DOMPoint(event.clientX - left, event.clientY - top).matrixTransform(pageMatrix(stage, page).inverse());
    let [nearest, least] = [/** @type {Laid} */ (words[0]), Infinity];
    for (const word of words) {
      const away = 4 * outside(at.y, word.y, word.h) + outside(at.x, word.x, word.w);
      if (away < least) [nearest, least] = [word, away];
    }
    const along = nearest.down ? (at.y - nearest.y) / nearest.h : (at.x - nearest.x) / nearest.w;
    return [nearest, /** @type {Node} */ (nearest.element.firstChild), offset(nearest.text, along)];
  };
  let pressed = false;
  /** @param {PointerEvent} event */
  const pointer = (event) => {
    if (event.pointerType !== "mouse") return;
    if (event.type === "pointerdown" && event.button === 0 && onWord(event)) {
      const [, node, at] = under(event);
      if (event.shiftKey && text.contains(selection.anchorNode)) selection.extend(node, at);
      else selection.collapse(node, at);
      pressed = true;
      text.setPointerCapture(event.pointerId);
    } else if (event.type === "pointerdown") {
      if (event.button === 0 && text.contains(selection.anchorNode)) selection.removeAllRanges();
      if (event.button === 0 || !onWord(event)) return;
    } else if (!pressed) {
      return;
    } else if (event.type === "pointermove") {
      const [, node, at] = under(event);
      selection.extend(node, at);
    } else {
      pressed = false;
    }
    event.stopPropagation();
  };
  const place = /** @type {HTMLElement} */ (text.closest(".openseadragon-canvas"));
  for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
    place.addEventListener(type, /** @type {EventListener} */ (pointer), true);
  }
  text.addEventListener("mousedown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    stage.sheet.focus({ preventScroll: true });
  });
  text.addEventListener("click", (event) => {
    if (event.detail < 2) return;
    const [word] = under(event);
    const line = words.filter((each) => (event.detail === 2 ? each === word : each.line === word.line));
    const [start, end] = [line[0]?.element.firstChild, line[line.length - 1]];
    if (start && end?.element.firstChild) selection.setBaseAndExtent(start, 0, end.element.firstChild, end.text.length);
  });
}

/** @param {number} at @param {number} start @param {number} length */
function outside(at, start, length) {
  return Math.max(0, start - at, at - start - length);
}

/** The gap between characters that is nearest to this part of the word's length. @param {string} text @param {number} along */
function offset(text, along) {
  const whole = widthOf(text);
  let best = 0;
  for (let index = 1; index <= text.length; index++) {
    const near = (/** @type {number} */ count) => Math.abs(measure(text.slice(0, count)) / whole - along);
    if (near(index) < near(best)) best = index;
  }
  return best;
}

/** The browser's own search scrolls to what it finds; here that moves the page instead. @param {any} viewer */
function unscrolled(viewer) {
  const scrolled = (/** @type {Event} */ { target }) => {
    if (!(target instanceof HTMLElement)) return;
    const { scrollLeft, scrollTop } = target;
    if (!scrollLeft && !scrollTop) return;
    target.scrollTo(0, 0);
    pan(viewer, scrollLeft, scrollTop);
  };
  viewer.element.addEventListener("scroll", scrolled, true);
}

/** @param {any} viewer @param {number} left @param {number} top */
function pan({ viewport }, left, top) {
  const { Point } = /** @type {any} */ (window).OpenSeadragon;
  viewport.panBy(viewport.deltaPointsFromPixels(new Point(viewport.getFlip() ? -left : left, top), true), true);
}

/** A word that is selected out of sight, as by the browser's own search when it ends, comes into view. */
function intoView() {
  const word = document.getSelection()?.focusNode?.parentElement?.closest(".words span");
  const stage = word?.closest("invoice-stage");
  if (!word || !(stage instanceof InvoiceStage) || !stage.viewer) return;
  const [place, sheet] = [word.getBoundingClientRect(), stage.sheet.getBoundingClientRect()];
  if (place.right > sheet.left && place.left < sheet.right && place.bottom > sheet.top && place.top < sheet.bottom) return;
  const middle = (/** @type {DOMRect} */ { x, y, width, height }) => [x + width / 2, y + height / 2];
  const [[left = 0, top = 0], [x = 0, y = 0]] = [middle(place), middle(sheet)];
  pan(stage.viewer, left - x, top - y);
}

/** The invoice's own part of the sheet that the stage shows. @param {InvoiceStage} stage @returns {Box | null} */
function ownPart(stage) {
  const region = stage.page?.number === 1 && stage.strip?.dataset.region;
  return region ? /** @type {Box} */ (region.split(",").map(Number)) : null;
}

/** Outlines what there is to outline; for that OpenSeadragon has to show the page. @param {InvoiceStage} stage */
function mark(stage) {
  const [own, found] = [ownPart(stage), hits.get(stage.page?.id ?? "") ?? []];
  const place = marks.get(stage.viewer);
  if (!place) {
    if (own || found.length) void stage.live();
    return;
  }
  place.replaceChildren();
  if (own) box("own", own, place);
  for (const each of found) box("hit", each, place);
  if (found[0]) reveal(stage, found[0]);
}

/** @param {string} name @param {Box} box @param {HTMLElement} place */
function box(name, [x, y, width, height], place) {
  const { style } = part(name, place);
  Object.assign(style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

/** @param {InvoiceStage} stage @param {Box} box */
function reveal(stage, [x, y, width, height]) {
  const { page, sheet, viewer } = stage;
  if (!page) return;
  const matrix = pageMatrix(stage, page);
  const away = [[x, y], [x + width, y + height]].some(([left, top]) => {
    const at = new DOMPoint(left, top).matrixTransform(matrix);
    return outside(at.x, 0, sheet.clientWidth) + outside(at.y, 0, sheet.clientHeight) > 0;
  });
  const { Point } = /** @type {any} */ (window).OpenSeadragon;
  if (away) viewer.viewport.panTo(viewer.viewport.imageToViewportCoordinates(new Point(x + width / 2, y + height / 2)));
}

function markAll() {
  for (const stage of document.querySelectorAll("#view invoice-stage")) if (stage instanceof InvoiceStage) mark(stage);
}

document.addEventListener(
  "live",
  (event) => {
    if (event.target instanceof InvoiceStage) void lay(event.target, /** @type {CustomEvent} */ (event).detail);
  },
  true,
);
document.addEventListener("searchhits", (event) => {
  hits = /** @type {CustomEvent} */ (event).detail ?? new Map();
  markAll();
});
document.addEventListener("selectionchange", intoView);
document.addEventListener("pagechange", markAll);
document.addEventListener("viewchange", markAll);
markAll();
