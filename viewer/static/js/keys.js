// Every key, in one place. Nothing happens while the reader types, in a dialog, or with a modifier that the host may use.

import { compare, endComparing, link } from "./compare.js";
import { closePanel, closeStage, inHand as stage, panel, step } from "./desk.js";
import { output } from "./later.js";
import { announce, words } from "./words.js";

const TYPING = "input, textarea, select, [contenteditable], dialog";

/** @type {Record<string, () => unknown>} */
const KEYS = {
  ArrowLeft: () => invoice(-1),
  ArrowRight: () => invoice(1),
  ArrowUp: () => stage()?.turn(-1),
  ArrowDown: () => stage()?.turn(1),
  PageUp: () => stage()?.turn(-1),
  PageDown: () => stage()?.turn(1),
  Home: () => invoice(-Infinity),
  End: () => invoice(Infinity),
  "+": () => stage()?.do("zoom-in"),
  "=": () => stage()?.do("zoom-in"),
  "-": () => stage()?.do("zoom-out"),
  0: () => stage()?.do("fit-page"),
  1: () => stage()?.do("actual"),
  r: () => stage()?.do("turn-right"),
  R: () => stage()?.do("turn-left"),
  m: () => stage()?.do("loupe"),
  f: () => fullscreen(),
  g: () => otherView(),
  i: () => panel(),
  c: () => compare(),
  l: () => link(),
  d: () => output("download"),
  p: () => output("print"),
  "/": () => search(),
  "?": () => help(),
  Escape: () => closePanel() || endComparing() || closeStage(),
};
/** Keys that move something only where there is something to move; else they scroll the page as ever. */
const YIELDING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Escape", "ArrowLeft", "ArrowRight", "Home", "End"]);

/** @param {number} by */
function invoice(by) {
  const link = document.querySelector(`.pager a[rel=${by < 0 ? "prev" : "next"}]`);
  if (link instanceof HTMLAnchorElement) return link.click(), true;
  return step(by);
}

function fullscreen() {
  const place = stage();
  if (!place) return;
  if (document.fullscreenElement) return void document.exitFullscreen();
  const whole = place.sheet.getClientRects().length ? document.getElementById("view") : null;
  const asked = document.fullscreenEnabled ? (whole ?? document.documentElement).requestFullscreen() : Promise.reject(new Error("not allowed"));
  asked.catch(() => announce(words("no_fullscreen"), true));
}

function otherView() {
  const links = [...document.querySelectorAll("[data-view-link]")];
  const other = links.find((link) => link.getAttribute("aria-current") !== "page");
  if (other instanceof HTMLElement) other.click();
}

function search() {
  const box = document.querySelector("#view input[type=search]");
  if (!(box instanceof HTMLInputElement)) return;
  closeStage();
  box.focus();
  box.select();
}

function help() {
  const dialog = document.getElementById("help");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(TYPING) && !(target instanceof HTMLInputElement && target.type === "range")) return;
  const action = KEYS[event.key];
  if (!action) return;
  const moved = action();
  if (!YIELDING.has(event.key) || moved) event.preventDefault();
});
document.addEventListener("stage-do", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (detail === "fullscreen") fullscreen();
  if (detail === "help") help();
});
document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.matches("#help [data-close]")) target.closest("dialog")?.close();
});
document.addEventListener("swipe", (event) => invoice(/** @type {CustomEvent} */ (event).detail));
