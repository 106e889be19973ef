// <pending-picture>: the picture of a file that is still being fetched. It asks again while the answer is "not ready";
// once the file is here, or is known to be lost, the card is exchanged for the one that the server shows now.

const PAUSES = [1000, 2000, 4000, 8000, 15000];
const OWNER = "[data-serial-no], [data-attachment-id]";

class PendingPicture extends HTMLElement {
  constructor() {
    super();
    this.tries = 0;
  }

  connectedCallback() {
    const image = this.querySelector("img");
    if (!image) return;
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
    if (!this.isConnected) return;
    const status = await fetch(image.src, { headers: { Accept: "application/json" }, cache: "no-store" }).then(
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
  const fresh = await fetch(location.href, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => new DOMParser().parseFromString(text, "text/html"), () => null);
  for (const picture of pictures) {
    const owner = picture.closest(OWNER);
    if (!picture.isConnected || !owner) continue;
    const replacement = fresh && [...fresh.querySelectorAll(OWNER)].find((each) => sameOwner(each, owner));
    if (replacement && !replacement.querySelector("pending-picture")) {
      owner.replaceWith(document.adoptNode(replacement));
      document.dispatchEvent(new CustomEvent("cardchange"));
    } else if (!picture.querySelector("img")?.naturalWidth) {
      picture.giveUp();
    }
  }
}

/** @param {Element} one @param {Element} other */
function sameOwner(one, other) {
  return ["data-serial-no", "data-attachment-id"].every((name) => one.getAttribute(name) === other.getAttribute(name));
}

customElements.define("pending-picture", PendingPicture);
