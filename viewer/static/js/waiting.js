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

  (async () => {
    /** @type {typeof import("./quick-navigation.js")} */
    const { fail, show } = await import(quickNavigation).catch(() => (location.replace(plain), new Promise(() => undefined)));
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    const page = new DOMParser().parseFromString(answer ? await answer.text().catch(() => "") : "", "text/html");
    clearInterval(timer);
    if (!answer?.ok || !show(page, answer)) fail(page, answer?.status ?? 0);
  })();
})();
