// The magnifier: a round lens that shows what is under it larger, from the stored sizes that suffice for that.

import { freshAddresses } from "./fresh-addresses.js";
import { InvoiceStage } from "./invoice-stage.js";
import { pageMatrix } from "./page-matrix.js";
import { tileSource } from "./page.js";

const POWER = 2.5;
const RADIUS = 115;
const ABOVE = 40;
const KEPT = 60;

/** @type {InvoiceStage | null} */
let stage = null;
/** @type {{x: number, y: number, touch: boolean} | null} */
let pointer = null;
/** @type {Map<string, HTMLImageElement>} */
const pictures = new Map();
const lens = document.createElement("canvas");
lens.className = "lens";
lens.setAttribute("aria-hidden", "true");
let drawn = "";

/** @param {InvoiceStage} place */
function toggle(place) {
  const on = stage !== place;
  end();
  if (!on) return;
  stage = place;
  lens.hidden = true;
  pressed(true);
  requestAnimationFrame(follow);
}

function end() {
  if (!stage) return;
  pressed(false);
  stage = null;
  pictures.clear();
  lens.remove();
}

/** @param {boolean} on */
function pressed(on) {
  stage?.button("loupe")?.setAttribute("aria-pressed", String(on));
  stage?.sheet.classList.toggle("magnified", on);
}

/** Draws whenever something has changed, until the magnifier is put away. */
function follow() {
  if (!stage?.isConnected) return end();
  requestAnimationFrame(follow);
  const { page, sheet } = stage;
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const at = pointer ? { x: pointer.x - left, y: pointer.y - top } : { x: width / 2, y: height / 2 };
  const within = at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height;
  lens.hidden = !page || !within || !sheet.querySelector("img.picture, .canvas");
  if (lens.hidden || !page) return;
  if (lens.parentNode !== sheet) sheet.append(lens);
  const matrix = pageMatrix(stage, page);
  const ratio = window.devicePixelRatio || 1;
  const now = [page.service, at.x, at.y, matrix, ratio].join();
  if (now === drawn) return;
  drawn = now;
  const middle = pointer?.touch ? aboveFinger(at, width) : at;
  lens.style.transform = `translate(${middle.x - RADIUS}px,${middle.y - RADIUS}px)`;
  draw(page, new DOMMatrix().scaleSelf(ratio).translateSelf(RADIUS, RADIUS).scaleSelf(POWER).translateSelf(-at.x, -at.y).multiplySelf(matrix), 2 * RADIUS * ratio);
}

/** Where a finger doesn't hide the lens, as far as there is room. @param {{x: number, y: number}} at @param {number} width */
function aboveFinger({ x, y }, width) {
  return { x: Math.max(RADIUS, Math.min(width - RADIUS, x)), y: Math.max(RADIUS, y - RADIUS - ABOVE) };
}

/** @param {import("./page.js").Page} page @param {DOMMatrix} matrix @param {number} size */
function draw(page, matrix, size) {
  const context = lens.getContext("2d");
  if (!context) return;
  lens.width = lens.height = size;
  context.imageSmoothingQuality = "high";
  context.setTransform(matrix);
  const centre = new DOMPoint(size / 2, size / 2).matrixTransform(matrix.inverse());
  const scale = Math.hypot(matrix.a, matrix.b);
  const source = tileSource(page);
  // What is likely here already, and over it what is sharp enough.
  for (const needed of [scale / POWER, scale]) {
    const finer = Math.max(0, Math.min(source.maxLevel - source.minLevel, Math.floor(Math.log2(1.05 / needed))));
    const level = source.maxLevel - finer;
    const [across, down] = [source.getTileWidth(level) * 2 ** finer, source.getTileHeight(level) * 2 ** finer];
    const reach = size / 2 / scale;
    for (const column of touched(centre.x, reach, across, page.width)) {
      for (const row of touched(centre.y, reach, down, page.height)) {
        const image = pictureAt(source.getTileUrl(level, column, row));
        if (!image.naturalWidth) continue;
        const [left, top] = [column * across, row * down];
        const [width, height] = [Math.min(across, page.width - left), Math.min(down, page.height - top)];
        context.drawImage(image, left, top, width + 0.5 / scale, height + 0.5 / scale);
      }
    }
  }
}

/** The tiles, so long each, that lie within reach of a place. @param {number} at @param {number} reach @param {number} span @param {number} length */
function touched(at, reach, span, length) {
  const first = Math.max(0, Math.floor((at - reach) / span));
  const last = Math.min(Math.ceil(length / span) - 1, Math.floor((at + reach) / span));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step);
}

/** @param {string} address */
function pictureAt(address) {
  let image = pictures.get(address);
  if (!image) {
    image = new Image();
    image.addEventListener("load", () => (drawn = ""));
    image.addEventListener("error", () => void freshAddresses());
    image.src = address;
    pictures.set(address, image);
    for (const oldest of pictures.keys()) if (pictures.size > KEPT) pictures.delete(oldest);
  }
  return image;
}

/** A finger moves the lens instead of the page. @param {PointerEvent} event */
function moved(event) {
  const touch = event.pointerType === "touch";
  if (stage && touch) {
    if (!(event.target instanceof Node && stage.sheet.contains(event.target))) return;
    event.stopPropagation();
  }
  if (event.isPrimary && !event.type.endsWith("up")) pointer = { x: event.clientX, y: event.clientY, touch };
}

for (const type of ["pointerdown", "pointermove", "pointerup"]) {
  document.addEventListener(type, /** @type {EventListener} */ (moved), true);
}
document.addEventListener("stage-do", (event) => {
  const { detail, target } = /** @type {CustomEvent} */ (event);
  if (detail === "loupe" && target instanceof InvoiceStage) toggle(target);
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !stage || document.querySelector("dialog[open]")) return;
    end();
    event.preventDefault();
  },
  true,
);
