// The page that is shown while the invoice cloud is asked: it asks for the same address once more, in a way that gets the
// answer itself, and shows that. An ordinary script, so that it runs where modules don't; then the browser waits instead.
(() => {
  const main = document.querySelector("main[data-plain]");
  const place = document.querySelector(".elapsed");
  if (!(main instanceof HTMLElement)) return;
  const { plain = "", quickNavigation = "" } = main.dataset;
  if (self.origin === "null" || !("replaceChildren" in main)) return location.replace(plain);

  const begun = Date.now();
  const timer = setInterval(() => {
    if (place) place.textContent = words("seconds").replace("{seconds}", String(Math.round((Date.now() - begun) / 1000)));
  }, 1000);

  /** @param {string} name */
  function words(name) {
    return JSON.parse(document.getElementById("announcement")?.dataset.words ?? "{}")[name] ?? "";
  }

  /** An error's page in this one's place. @param {Document} page */
  function fail(page) {
    const notice = page.querySelector("main.notice") ?? Object.assign(document.createElement("main"), { className: "notice panel" });
    if (!notice.firstChild) notice.append(Object.assign(document.createElement("h1"), { textContent: words("lost") }));
    const again = Object.assign(document.createElement("button"), { type: "button", className: "again", textContent: words("again") });
    again.addEventListener("click", () => location.reload());
    notice.append(again);
    document.title = notice.querySelector("h1")?.textContent ?? "";
    document.body.classList.remove("image-view", "location-view", "paper-view", "waiting-page");
    document.body.classList.add("error-page");
    document.getElementById("view")?.replaceChildren(document.adoptNode(notice));
    const announcement = document.getElementById("announcement");
    if (announcement) announcement.textContent = document.title;
  }

  (async () => {
    /** @type {typeof import("./quick-navigation.js")} */
    const { show } = await import(quickNavigation).catch(() => (location.replace(plain), new Promise(() => undefined)));
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    const page = new DOMParser().parseFromString(answer ? await answer.text().catch(() => "") : "", "text/html");
    clearInterval(timer);
    if (!answer?.ok || !show(page, answer)) fail(page);
  })();
})();
