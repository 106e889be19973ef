// A page's pictures: addresses and sizes, from what the server wrote on its element. Pure; no document is changed here.

/** @typedef {{id: string, fileId: string, number: number, service: string, width: number, height: number, rotation: number}} Page
 * `width` and `height` are the stored page's; `rotation` is by how much its file is turned clockwise when shown. */
/** @typedef {{width: number, height: number}} Size */

export const TILE = 512;
const SMALLEST = 64;
const WHOLE = 2500000;

/** @param {HTMLElement} element @returns {Page} */
export function pageOf(element) {
  const { pageId, fileId, page, service, width, height, rotation } = element.dataset;
  return {
    id: pageId ?? "",
    fileId: fileId ?? "",
    number: Number(page),
    service: service ?? "",
    width: Number(width),
    height: Number(height),
    rotation: Number(rotation),
  };
}

/** The page's size as its readers see it. @param {Page} page @returns {Size} */
export function shownSize(page) {
  return page.rotation % 180 ? { width: page.height, height: page.width } : { width: page.width, height: page.height };
}

/** The page in halves of itself, smallest first: the sizes that the server keeps. @param {Size} page @returns {Size[]} */
export function levels(page) {
  const steps = Math.max(0, Math.floor(Math.log2(Math.max(page.width, page.height) / SMALLEST)));
  return Array.from({ length: steps + 1 }, (_, index) => scaled(page, 2 ** (steps - index)));
}

/** The address of the whole page in one of its sizes, turned and mirrored.
 * @param {Page} page @param {Size} size @param {boolean} [mirrored] */
export function picture(page, size, mirrored = false) {
  return `${page.service}full/${size.width},/${mirrored ? "!" : ""}${page.rotation}/default.jpg`;
}

/** The smallest size whose width as shown is at least `least`, or else the largest. @param {Page} page @param {number} least */
export function sizeFor(page, least) {
  const found = levels(page);
  const shown = (/** @type {Size} */ size) => (page.rotation % 180 ? size.height : size.width);
  return /** @type {Size} */ (found.find((size) => shown(size) >= least) ?? found[found.length - 1]);
}

/** What OpenSeadragon needs of a page. A level of moderate size is one picture, the very one that an `<img>` shows; only
 * the finest levels are cut into tiles. It asks for the page as stored; turning it is the viewport's.
 * @param {Page} page */
export function tileSource(page) {
  const finest = levels(page).length - 1;
  const factor = (/** @type {number} */ level) => 2 ** (finest - level);
  const whole = (/** @type {number} */ level) => {
    const size = scaled(page, factor(level));
    return size.width * size.height <= WHOLE ? size : null;
  };
  return {
    width: page.width,
    height: page.height,
    tileSize: TILE,
    tileOverlap: 0,
    minLevel: Math.min(2, finest),
    maxLevel: finest,
    getTileWidth: (/** @type {number} */ level) => whole(level)?.width ?? TILE,
    getTileHeight: (/** @type {number} */ level) => whole(level)?.height ?? TILE,
    getTileUrl: (/** @type {number} */ level, /** @type {number} */ column, /** @type {number} */ row) => {
      const size = whole(level);
      if (size) return `${page.service}full/${size.width},/0/default.jpg`;
      const step = TILE * factor(level);
      const [left, top] = [column * step, row * step];
      const part = { width: Math.min(step, page.width - left), height: Math.min(step, page.height - top) };
      const out = scaled(part, factor(level));
      return `${page.service}${left},${top},${part.width},${part.height}/${out.width},${out.height}/0/default.jpg`;
    },
  };
}

/** @param {Size} size @param {number} factor @returns {Size} */
function scaled(size, factor) {
  return { width: Math.ceil(size.width / factor), height: Math.ceil(size.height / factor) };
}
