// <marked-entry>: the tag on the entry that the reader came for. It brings its group into view.

import { intoViewAtLast } from "./into-view.js";

class MarkedEntry extends HTMLElement {
  connectedCallback() {
    const group = this.closest("section");
    if (group) requestAnimationFrame(() => intoViewAtLast(group, { start: true }));
  }
}

customElements.define("marked-entry", MarkedEntry);
