// What scripts say to the reader: their sentences in the page's language, and the place where screen readers hear them.

/** @type {Record<string, string>} */
const known = JSON.parse(document.getElementById("announcement")?.dataset.words ?? "{}");

/** A sentence with `{name}` filled in. @param {string} name @param {Record<string, string | number>} [given] */
export function words(name, given = {}) {
  return (known[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => String(given[key] ?? ""));
}

let timer = 0;

/** Says it to everybody: read out, and shown for a moment where `seen`. @param {string} text @param {boolean} [seen] */
export function announce(text, seen = false) {
  const place = document.getElementById("announcement");
  if (!place) return;
  place.textContent = text;
  place.classList.toggle("seen", seen);
  clearTimeout(timer);
  if (seen) timer = setTimeout(() => place.classList.remove("seen"), 6000);
}

/** Whether the browser knows of no network; only then a failure isn't the server's. */
export function isOffline() {
  return navigator.onLine === false;
}

/** What the reader prefers in this browser; nothing where storage is forbidden. @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // forbidden: it holds until the page is left
  }
}
