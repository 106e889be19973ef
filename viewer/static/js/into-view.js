// Brings something into view within this page alone: the browser's own way would scroll the page around the frame too.

/** @param {Element} element
 * @param {{start?: boolean, below?: number}} [how] `start`: to the upper edge in any case; `below`: pixels there that
 * something else covers */
export function intoView(element, { start = false, below = 0 } = {}) {
  const root = getComputedStyle(document.body).overflowY === "hidden" ? null : document.scrollingElement;
  for (let box = element.parentElement; box; box = box.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(box);
    if (box !== root && !/auto|scroll/.test(overflowX + overflowY)) continue;
    const inner = element.getBoundingClientRect();
    const outer = box === root ? new DOMRect(0, 0, innerWidth, innerHeight) : box.getBoundingClientRect();
    const top = start ? inner.top - outer.top : missing(inner.top, inner.bottom, outer.top + below, outer.bottom);
    box.scrollBy(missing(inner.left, inner.right, outer.left, outer.right), top);
  }
}

/** By how much a span has to move to lie within another, or to begin where that begins.
 * @param {number} start @param {number} end @param {number} from @param {number} to */
function missing(start, end, from, to) {
  if (start < from) return start - from;
  return end > to ? Math.min(end - to, start - from) : 0;
}
