// Every request of the scripts for the bill goes through here. A key that the page around handed over travels in a header
// and never in an address: where an address holds the key that the page was opened with, the handed one takes its place.

const PAGES = new Set(["", "/location", "/paper", "/refresh"]);
let handed = "";

/** From now on requests are made with this key. @param {string} key */
export function useKey(key) {
  handed = key;
}

/** Whether requests need a key that no address holds. */
export function hasKey() {
  return handed !== "";
}

/** `fetch` with the key that holds now. @param {string} address @param {RequestInit} [how] @returns {Promise<Response>} */
export async function ask(address, how = {}) {
  const answer = await (handed ? fetch(keyless(address), { ...how, headers: { ...how.headers, Authorization: `Bearer ${handed}` } }) : fetch(address, how));
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("keyrefused"));
  return answer;
}

/** The same address without its key. @param {string} address */
export function keyless(address) {
  const url = new URL(address, location.href);
  const [, prefix = "", rest = ""] = /^(.*)\/bills\/[^/]+(\/.*)?$/.exec(url.pathname) ?? [];
  if (prefix.endsWith("/api/v1") || (rest && !PAGES.has(rest))) url.pathname = `${prefix}/bills/-${rest}`;
  else if (/\/bills\//.test(url.pathname)) url.pathname = `${prefix}/embed${rest}`;
  return url.href;
}
