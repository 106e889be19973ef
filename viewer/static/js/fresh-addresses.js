// The addresses of pictures are signed for an hour or two. A page that stays open gets new ones by itself: shortly before
// the old ones end, and when a picture is refused. What is already shown stays as it is.

import { ask } from "./ask.js";

const AHEAD = 60;
const AGAIN = 30000;
const SEGMENT = /\/i\/[\w-]+\//g;
const ATTRIBUTES = ["src", "srcset", "href", "data-service"];

/** @type {Promise<void> | null} */
let underWay = null;
let lastTime = -Infinity;

/** New addresses for all pictures of this page; several who ask at once share one look at the server. */
export function freshAddresses() {
  if (!underWay && performance.now() - lastTime > AGAIN) {
    underWay = renew().finally(() => {
      underWay = null;
      lastTime = performance.now();
      waitForEnd();
    });
  }
  return underWay ?? Promise.resolve();
}

async function renew() {
  const fresh = await ask(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => new DOMParser().parseFromString(text, "text/html"), () => null);
  const view = fresh?.getElementById("view");
  if (!view) return;
  const segments = new Map([...view.querySelectorAll("[data-page-id]")].map((each) => [idOf(each), segmentOf(each)]));
  for (const element of document.querySelectorAll("#view [data-page-id]")) {
    const segment = segments.get(idOf(element));
    if (segment && !isShown(element)) change(element, segment);
  }
  document.getElementById("view")?.setAttribute("data-addresses-until", view.dataset.addressesUntil ?? "");
}

/** @param {Element} element */
function idOf(element) {
  return element.getAttribute("data-page-id") ?? "";
}

/** @param {Element} element */
function segmentOf(element) {
  const addresses = ATTRIBUTES.map((name) => element.getAttribute(name) ?? "").join(" ");
  return addresses.match(SEGMENT)?.[0];
}

/** @param {Element} element */
function isShown(element) {
  return element instanceof HTMLImageElement && element.complete && element.naturalWidth > 0;
}

/** @param {Element} element */
function isRefused(element) {
  return element instanceof HTMLImageElement && element.complete && Boolean(element.src) && !element.naturalWidth;
}

/** @param {Element} element @param {string} segment */
function change(element, segment) {
  for (const name of ATTRIBUTES) {
    const old = element.getAttribute(name);
    const changed = old?.replace(SEGMENT, segment);
    if (changed && changed !== old) element.setAttribute(name, changed);
  }
}

/** Seconds until the addresses end. */
function left() {
  return Number(document.getElementById("view")?.dataset.addressesUntil) - Date.now() / 1000;
}

let timer = 0;

function waitForEnd() {
  clearTimeout(timer);
  timer = setTimeout(renewInTime, Math.max(AGAIN, (left() - AHEAD) * 1000) + 100);
}

function renewInTime() {
  if (left() > AHEAD) waitForEnd();
  else if (document.visibilityState === "visible") void freshAddresses();
}

waitForEnd();
if ([...document.querySelectorAll("#view img[data-page-id]")].some(isRefused)) void freshAddresses();
document.addEventListener("visibilitychange", renewInTime);
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLImageElement && event.target.matches("#view [data-page-id]")) void freshAddresses();
  },
  true,
);
