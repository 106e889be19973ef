// Brings something into view within this page alone: the browser's own way would scroll the page around the frame too.

/** @typedef {{start?: boolean, below?: number}} How
 * `start`: to the upper edge in any case; `below`: pixels there that something else covers */

const [FRAMES, CALM] = [30, 3];
/** @type {Element | null} */
let wanted = null;

/** In a long list, whose parts get their real heights only when they come near the screen, a few in each frame: looks again
 * until nothing moves any more. What is wanted last wins. @param {Element} element @param {How} [how] */
export function intoViewAtLast(element, how) {
  let [left, calm] = [FRAMES, 0];
  wanted = element;
  const look = () => {
    if (wanted !== element || !element.isConnected) return;
    calm = intoView(element, how) ? 0 : calm + 1;
    if (--left && calm < CALM) requestAnimationFrame(look);
  };
  look();
}

/** Whether it had to move anything. @param {Element} element @param {How} [how] */
export function intoView(element, { start = false, below = 0 } = {}) {
  let moved = false;
  const root = getComputedStyle(document.body).overflowY === "hidden" ? null : document.scrollingElement;
  for (let box = element.parentElement; box; box = box.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(box);
    if (box !== root && !/auto|scroll/.test(overflowX + overflowY)) continue;
    const inner = element.getBoundingClientRect();
    const outer = box === root ? new DOMRect(0, 0, innerWidth, innerHeight) : box.getBoundingClientRect();
    const top = start ? inner.top - outer.top : missing(inner.top, inner.bottom, outer.top + below, outer.bottom);
    const { scrollLeft, scrollTop } = box;
    box.scrollBy(missing(inner.left, inner.right, outer.left, outer.right), top);
    moved = moved || scrollLeft !== box.scrollLeft || scrollTop !== box.scrollTop;
  }
  return moved;
}

/** By how much a span has to move to lie within another, or to begin where that begins.
 * @param {number} start @param {number} end @param {number} from @param {number} to */
function missing(start, end, from, to) {
  if (start < from) return start - from;
  return end > to ? Math.min(end - to, start - from) : 0;
}
