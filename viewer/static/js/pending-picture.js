// <pending-picture>: the picture of a file that is still being fetched. It asks again while the answer is "not ready";
// once the file is here, or is known to be lost, the card is exchanged for the one that the server shows now, and the stage
// takes over what it shows. Where the key isn't in the addresses (`data-src`), it asks itself as soon as it is in sight.

import { ask } from "./ask.js";
import { InvoiceStage } from "./invoice-stage.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000];
const OWNER = "[data-serial-no], [data-attachment-id]";

class PendingPicture extends HTMLElement {
  constructor() {
    super();
    this.tries = 0;
    /** Sorting the list moves the card: it goes on then as it is. */
    this.begun = false;
  }

  connectedCallback() {
    const image = this.querySelector("img");
    if (!image || this.begun) return;
    this.begun = true;
    if (image.dataset.src) return inSight(this, () => void this.check(image));
    if (image.complete && image.src) this.loaded(image);
    image.addEventListener("load", () => this.loaded(image));
    image.addEventListener("error", () => void this.failed(image));
  }

  /** @param {HTMLImageElement} image */
  loaded(image) {
    if (image.naturalWidth) exchangeSoon(this);
    else void this.failed(image);
  }

  /** @param {HTMLImageElement} image */
  async failed(image) {
    const pause = PAUSES[this.tries++];
    if (pause === undefined) return exchangeSoon(this);
    await new Promise((resolve) => setTimeout(resolve, pause));
    await this.check(image);
  }

  /** @param {HTMLImageElement} image */
  async check(image) {
    if (!this.isConnected) return;
    const status = await ask(image.dataset.src ?? image.src, { headers: { Accept: "application/json" }, cache: "no-store" }).then(
      (answer) => answer.status,
      () => 503,
    );
    if (status === 503) await this.failed(image);
    else exchangeSoon(this);
  }

  giveUp() {
    const note = document.createElement("p");
    note.className = "no-picture problem";
    note.textContent = this.dataset.note ?? "";
    this.replaceWith(note);
  }
}

/** @param {Element} element @param {() => void} then */
function inSight(element, then) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    then();
  });
  observer.observe(element);
}

/** @type {Set<PendingPicture>} */
const settled = new Set();
let timer = 0;

/** One look at the page serves all pictures that were settled meanwhile. @param {PendingPicture} picture */
function exchangeSoon(picture) {
  settled.add(picture);
  clearTimeout(timer);
  timer = setTimeout(() => void exchange(), 400);
}

async function exchange() {
  const pictures = [...settled];
  settled.clear();
  const onStage = pictures.filter((picture) => picture.closest("invoice-stage"));
  for (const picture of onStage) void stageAnew(picture);
  if (onStage.length === pictures.length) return;
  const fresh = await look(location.href);
  for (const picture of pictures) {
    if (onStage.includes(picture)) continue;
    const owner = picture.closest(OWNER);
    if (!picture.isConnected || !owner) continue;
    const replacement = fresh && [...fresh.querySelectorAll(OWNER)].find((each) => sameOwner(each, owner));
    if (replacement instanceof HTMLElement && !replacement.querySelector("pending-picture")) {
      const focused = owner.contains(document.activeElement);
      if (owner.hasAttribute("aria-current")) replacement.setAttribute("aria-current", "true");
      replacement.className = owner.className;
      replacement.hidden = owner instanceof HTMLElement && owner.hidden;
      owner.replaceWith(document.adoptNode(replacement));
      document.dispatchEvent(new CustomEvent("cardchange", { detail: { owner, replacement } }));
      const link = focused && replacement.querySelector("a[data-open]");
      if (link instanceof HTMLElement) link.focus({ preventScroll: true });
    } else if (!picture.querySelector("img")?.naturalWidth) {
      picture.giveUp();
    }
  }
}

/** The stage as the server shows it now, with its strip, and the data beside it. @param {PendingPicture} picture */
async function stageAnew(picture) {
  const stage = picture.closest("invoice-stage");
  const fresh = stage instanceof InvoiceStage && stage.dataset.here ? await look(stage.dataset.here) : null;
  if (!picture.isConnected) return;
  const other = fresh?.querySelector("invoice-stage");
  const data = fresh?.querySelector("aside.beside");
  if (!other || other.querySelector("pending-picture")) {
    if (!picture.querySelector("img")?.naturalWidth) picture.giveUp();
    return;
  }
  if (data) document.querySelector("aside.beside")?.replaceWith(document.adoptNode(data));
  /** @type {InvoiceStage} */ (stage).take(other);
}

/** @param {string} address */
function look(address) {
  return ask(address, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => new DOMParser().parseFromString(text, "text/html"), () => null);
}

/** @param {Element} one @param {Element} other */
function sameOwner(one, other) {
  return ["data-serial-no", "data-attachment-id"].every((name) => one.getAttribute(name) === other.getAttribute(name));
}

customElements.define("pending-picture", PendingPicture);
