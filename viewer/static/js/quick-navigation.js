// Links with `data-quick` lead to another view of the same bill: only the view is exchanged, not the whole page.
// Whatever goes wrong ends in an ordinary navigation.

import { ask } from "./ask.js";
import { announce, isOffline, words } from "./words.js";

/** @typedef {{status: number, code: string, message: string}} Failure */

const view = document.getElementById("view");
let current = pathOf(location);
/** @type {AbortController | null} */
let underWay = null;

/** @param {Location | URL} address */
function pathOf(address) {
  return address.pathname + address.search;
}

/** Shows an address in this one's place. What the page around asked for ("told") stays in this document even if it fails;
 * then what failed is answered.
 * @param {string} address @param {"push" | "pop" | "again" | "told"} how @returns {Promise<Failure | undefined>} */
export async function go(address, how) {
  underWay?.abort();
  const { signal } = (underWay = new AbortController());
  view?.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(address, { headers: { Accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (how === "told") history.replaceState(null, "", address);
    if (how === "told" && !answer.ok) return fail(page, answer.status);
    if (!answer.ok || !page.getElementById("view")) throw new Error("not a view");
    if (how === "push") {
      history.replaceState({ top: window.scrollY }, "");
      history.pushState(null, "", answer.url + new URL(address, location.href).hash);
    }
    const top = document.querySelector(".list")?.scrollTop ?? 0;
    show(page, how === "told" ? answer : undefined);
    if (how === "again") document.querySelector(".list")?.scrollTo(0, top);
    if (how === "pop") window.scrollTo(0, Number(history.state?.top) || 0);
  } catch {
    if (signal.aborted) return;
    if (how === "told") return fail(document.implementation.createHTMLDocument(), 0);
    if (isOffline()) announce(words("offline_asked"), true);
    else if (how === "push") location.assign(address);
    else location.reload();
  }
  view?.removeAttribute("aria-busy");
}

/** An error's page in the view's place. @param {Document} page @param {number} status @returns {Failure} */
export function fail(page, status) {
  const notice = page.querySelector("main.notice") ?? Object.assign(document.createElement("main"), { className: "notice panel" });
  if (!notice.firstChild) notice.append(Object.assign(document.createElement("h1"), { textContent: words("lost") }));
  const again = Object.assign(document.createElement("button"), { type: "button", className: "again", textContent: words("again") });
  again.addEventListener("click", () => location.reload());
  notice.append(again);
  document.title = notice.querySelector("h1")?.textContent ?? "";
  document.body.className = `error-page ${[...document.body.classList].filter((name) => name.startsWith("theme-")).join(" ")}`;
  view?.removeAttribute("aria-busy");
  view?.replaceChildren(document.adoptNode(notice));
  announce(document.title);
  return { status, code: notice.getAttribute("data-code") ?? "unreachable", message: document.title };
}

/** Exchanges the view for that of a page from the server; false if that has none.
 * @param {Document} page @param {Response} [answer] what the page came with, where nobody has looked at
 * another yet: its address is followed, the focus stays where it is */
export function show(page, answer) {
  const fresh = page.getElementById("view");
  if (!view || !fresh) return false;
  if (answer?.redirected) history.replaceState(history.state, "", answer.url + location.hash);
  current = pathOf(location);
  exchange(view, fresh, page, !answer);
  return true;
}

/** How long pictures' addresses and the token are good. @param {HTMLElement} old @param {HTMLElement} fresh */
export function takeTimes(old, fresh) {
  for (const name of ["addressesUntil", "tokenLeft"]) old.dataset[name] = fresh.dataset[name] ?? "";
}

/** @param {HTMLElement} old @param {HTMLElement} fresh @param {Document} page @param {boolean} focus */
function exchange(old, fresh, page, focus) {
  const focused = document.activeElement instanceof HTMLElement ? keyOf(document.activeElement) : "";
  document.title = page.title;
  document.body.className = page.body.className;
  window.scrollTo(0, 0);
  for (const name of Object.keys(old.dataset)) if (!(name in fresh.dataset)) delete old.dataset[name];
  Object.assign(old.dataset, fresh.dataset);
  old.replaceChildren(...document.adoptNode(fresh).childNodes);
  const again = focused ? /** @type {HTMLElement[]} */ ([...old.querySelectorAll("a, button, [type=search]")]).find((link) => keyOf(link) === focused) : null;
  if (focus) (again ?? old.querySelector("main"))?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("viewchange"));
  announce([page.title.trim(), old.querySelector(".pager .position")?.textContent].join(" "));
}

/** What makes a link the same one in another view: its place, not its address. @param {Element} element */
function keyOf(element) {
  const place = element.closest("nav, form")?.className;
  return place ? `${place} ${element.getAttribute("rel") || element.textContent?.trim()}` : "";
}

if (view && "replaceChildren" in view) {
  history.scrollRestoration = "manual";
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[data-quick]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
    event.preventDefault();
    void go(link.href, "push");
  });
  window.addEventListener("popstate", () => {
    if (pathOf(location) !== current) void go(location.href, "pop");
  });
}
