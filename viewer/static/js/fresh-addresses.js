// The addresses of pictures are signed for an hour or two. A page that stays open gets new ones by itself: shortly before
// the old ones end, and when a picture is refused. What is already shown stays as it is.

import { ask } from "./ask.js";
import { takeTimes } from "./quick-navigation.js";

const AHEAD = 60;
const AGAIN = 30000;
const SEGMENT = /\/i\/[\w-]+\//g;
const ATTRIBUTES = ["src", "srcset", "href", "data-service"];

/** @type {Promise<void> | null} */
let underWay = null;
let lastTime = -Infinity;
/** Whether the key is no good any more: then nothing new comes under it. */
let refused = false;

/** New addresses for all pictures of this page; several who ask at once share one look at the server. */
export function freshAddresses() {
  if (!underWay && !refused && performance.now() - lastTime > AGAIN) {
    underWay = renew().finally(() => {
      underWay = null;
      lastTime = performance.now();
      waitForEnd();
    });
  }
  return underWay ?? Promise.resolve();
}

/** The same with another key, which the page around handed over. */
export async function freshKey() {
  refused = false;
  await underWay;
  lastTime = -Infinity;
  await freshAddresses();
}

async function renew() {
  // What a stage shows may come from elsewhere than this page: another file, or the other invoice that is compared.
  const stages = [...document.querySelectorAll("#view invoice-stage[data-here]")];
  const addresses = stages.map((stage) => new URL(stage.getAttribute("data-here") ?? "", location.href).href);
  const [own, ...others] = await Promise.all([...new Set([location.href.split("#")[0] ?? "", ...addresses])].map(look));
  const view = document.getElementById("view");
  // Another bill's page is another document, so that nothing of this one's can get into it.
  if (own?.dataset.bill && own.dataset.bill !== view?.dataset.bill) return location.reload();
  const fresh = [own, ...others].flatMap((view) => (view ? [...view.querySelectorAll("[data-page-id]")] : []));
  const segments = new Map(fresh.map((each) => [idOf(each), segmentOf(each)]));
  for (const element of document.querySelectorAll("#view [data-page-id]")) {
    const segment = segments.get(idOf(element));
    if (segment && !isShown(element)) change(element, segment);
  }
  if (!own || !view) return;
  takeTimes(view, own);
  document.dispatchEvent(new CustomEvent("addresseschange"));
}

/** The view at an address, as it is now. @param {string} address @returns {Promise<HTMLElement | null>} */
function look(address) {
  return ask(address, { headers: { Accept: "text/html" }, cache: "no-store" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => new DOMParser().parseFromString(text, "text/html").getElementById("view"), () => null);
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
  else if (!refused && document.visibilityState === "visible") void freshAddresses();
}

waitForEnd();
if ([...document.querySelectorAll("#view img[data-page-id]")].some(isRefused)) void freshAddresses();
document.addEventListener("keyrefused", () => (refused = true));
document.addEventListener("visibilitychange", renewInTime);
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLImageElement && event.target.matches("#view [data-page-id]")) void freshAddresses();
  },
  true,
);
