// What a page needs only at times comes when it is needed: the dialog for print and download, and the talk with the page around.

import { hasKey } from "./ask.js";
import { announce, words } from "./words.js";

/** The dialog, or without it: what it does alone. @template T @param {(part: typeof import("./output.js")) => T} use */
function withOutput(use) {
  import("./output.js").then(use, () => announce(words("lost"), true));
}

/** Opens the dialog. @param {"print" | "download"} wanted */
export function output(wanted) {
  withOutput((part) => part.output(wanted));
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-output], a[download]") : null;
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.output) {
    event.preventDefault();
    output(link.dataset.output === "print" ? "print" : "download");
  } else if (hasKey() && link.protocol !== "blob:") {
    event.preventDefault();
    withOutput((part) => part.download(link.href));
  }
});
if (window.parent !== window || document.querySelector("[data-waits-for-key]")) void import("./embedded.js");
