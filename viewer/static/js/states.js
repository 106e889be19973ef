// What a page does by itself about its state: it refreshes in place, says when the network goes and comes, and copies.

import { ask } from "./ask.js";
import { go } from "./quick-navigation.js";
import { announce, isOffline, words } from "./words.js";

/** Asks the server to ask upstream, then shows the same address anew; whatever goes wrong is an ordinary sending of the form.
 * @param {HTMLFormElement} form */
async function send(form) {
  const button = form.querySelector("button");
  if (button?.getAttribute("aria-busy")) return;
  if (isOffline()) return announce(words("offline_asked"), true);
  button?.setAttribute("aria-busy", "true");
  announce(words("refreshing"));
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const answer = await ask(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    button?.removeAttribute("aria-busy");
    announce(words("lost"), true);
    return form.submit();
  }
  await go(location.href, "again");
  announce(words(document.querySelector(".banner.stale") ? "still_stale" : "refreshed"), true);
}

/** The same without the reader's click, where the page can be refreshed. */
export async function refresh() {
  const form = document.querySelector("form.refresh");
  if (form instanceof HTMLFormElement) await send(form);
}

function network() {
  banner("offline", isOffline());
}

/** A note above the view, or none any more. @param {string} name @param {boolean} shown */
function banner(name, shown) {
  document.getElementById(name)?.remove();
  if (!shown) return;
  const note = document.createElement("p");
  note.id = name;
  note.className = "banner warn";
  note.textContent = words(name);
  document.getElementById("view")?.prepend(note);
}

/** @param {HTMLElement} button */
async function copy(button) {
  const text = button.dataset.copy ?? "";
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => copyOld(text)) ?? copyOld(text);
  announce(words(done ? "copied" : "not_copied", { text }), !done);
  if (!done) return;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
}

/** Where a page may not use the clipboard, as in a frame over plain http. @param {string} text */
function copyOld(text) {
  const [field, focused] = [document.createElement("textarea"), document.activeElement];
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return done;
}

// The click and not the submitting, which the sandbox of a frame may forbid.
document.addEventListener("click", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form.refresh button")?.closest("form") : null;
  if (!form || self.origin === "null") return;
  event.preventDefault();
  void send(form);
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (button instanceof HTMLElement) void copy(button);
});
document.addEventListener("viewchange", network);
document.addEventListener("keyrefused", () => banner("expired", true));
document.addEventListener("addresseschange", () => banner("expired", false));
window.addEventListener("offline", () => {
  network();
  announce(words("offline"));
});
window.addEventListener("online", () => {
  network();
  announce(words("online"));
});
network();
