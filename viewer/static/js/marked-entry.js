// <marked-entry>: the tag on the entry that the reader came for. It brings its group into view.

class MarkedEntry extends HTMLElement {
  connectedCallback() {
    const group = this.closest("section");
    if (!group) return;
    // Groups above get their real height only when they come near the screen, so look a second time.
    requestAnimationFrame(() => {
      group.scrollIntoView({ block: "start" });
      requestAnimationFrame(() => group.scrollIntoView({ block: "start" }));
    });
  }
}

customElements.define("marked-entry", MarkedEntry);
