// Links with `data-quick` lead to another view of the same bill: only the view is exchanged, not the whole page.
// Whatever goes wrong ends in an ordinary navigation.

const view = document.getElementById("view");
const announcement = document.getElementById("announcement");
let current = pathOf(location);
/** @type {AbortController | null} */
let underWay = null;

/** @param {Location | URL} address */
function pathOf(address) {
  return address.pathname + address.search;
}

/** @param {string} address @param {"push" | "pop"} how */
async function go(address, how) {
  underWay?.abort();
  const { signal } = (underWay = new AbortController());
  view?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("view");
    if (!answer.ok || !view || !fresh) throw new Error("not a view");
    if (how === "push") {
      history.replaceState({ top: window.scrollY }, "");
      history.pushState(null, "", answer.url);
    }
    current = pathOf(location);
    exchange(view, fresh, page);
    if (how === "pop") window.scrollTo(0, Number(history.state?.top) || 0);
  } catch {
    if (signal.aborted) return;
    if (how === "push") location.assign(address);
    else location.reload();
  }
  view?.removeAttribute("aria-busy");
}

/** @param {HTMLElement} old @param {HTMLElement} fresh @param {Document} page */
function exchange(old, fresh, page) {
  const focused = document.activeElement instanceof HTMLElement ? keyOf(document.activeElement) : "";
  document.title = page.title;
  document.body.className = page.body.className;
  window.scrollTo(0, 0);
  old.dataset.addressesUntil = fresh.dataset.addressesUntil;
  old.replaceChildren(...document.adoptNode(fresh).childNodes);
  const again = focused ? [...old.querySelectorAll("a")].find((link) => keyOf(link) === focused) : null;
  (again ?? old.querySelector("main"))?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("viewchange"));
  if (announcement) announcement.textContent = [page.title.trim(), old.querySelector(".pager .position")?.textContent].join(" ");
}

/** What makes a link the same one in another view: its place, not its address. @param {Element} element */
function keyOf(element) {
  const place = element.closest("nav")?.className;
  return place && element instanceof HTMLAnchorElement ? `${place} ${element.rel || element.textContent?.trim()}` : "";
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
