// <marked-entry>: the tag on the entry that the reader came for. It brings its group into view.

import { intoView } from "./into-view.js";

const FRAMES = 12;

class MarkedEntry extends HTMLElement {
  connectedCallback() {
    const group = this.closest("section");
    if (!group) return;
    // Groups above get their real height only when they come near the screen, a few in each frame: so look again.
    let left = FRAMES;
    const look = () => {
      intoView(group, { start: true });
      if (this.isConnected && --left) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }
}

customElements.define("marked-entry", MarkedEntry);
