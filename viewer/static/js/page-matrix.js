// Where the page's pixels are on the stage now.

import { shownSize } from "./page.js";

/** From the stored page's pixels to CSS pixels from the sheet's corner: as OpenSeadragon shows the page, turned, mirrored
 * and zoomed, or as the plain picture does.
 * @param {import("./invoice-stage.js").InvoiceStage} stage @param {import("./page.js").Page} page @returns {DOMMatrix} */
export function pageMatrix({ viewer, sheet }, page) {
  const { clientWidth, clientHeight } = sheet;
  if (viewer?.world.getItemCount() && sheet.classList.contains("live")) {
    const { viewport } = viewer;
    const { Point } = /** @type {any} */ (window).OpenSeadragon;
    const placed = (/** @type {number} */ x, /** @type {number} */ y) => {
      const point = viewport.imageToViewerElementCoordinates(new Point(x, y));
      return { x: viewport.getFlip() ? clientWidth - point.x : point.x, y: point.y };
    };
    const [start, across, down] = [placed(0, 0), placed(page.width, 0), placed(0, page.height)];
    return new DOMMatrix([
      (across.x - start.x) / page.width,
      (across.y - start.y) / page.width,
      (down.x - start.x) / page.height,
      (down.y - start.y) / page.height,
      start.x,
      start.y,
    ]);
  }
  const shown = shownSize(page);
  return new DOMMatrix()
    .translateSelf(clientWidth / 2, clientHeight / 2)
    .scaleSelf(Math.min(clientWidth / shown.width, clientHeight / shown.height))
    .rotateSelf(page.rotation)
    .translateSelf(-page.width / 2, -page.height / 2);
}
