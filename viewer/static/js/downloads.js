// Files that scripts fetch themselves, so that they can tell how far it is, break it off, and send a key that no address holds.

import { ask, hasKey } from "./ask.js";
import { announce, words } from "./words.js";

/** @typedef {(bytes: number, total: number) => void} Report */

/** The whole answer and its file name. Throws what is to be told to the reader, or the signal's AbortError.
 * @param {string} address @param {{signal?: AbortSignal, report?: Report}} [how] @returns {Promise<{blob: Blob, name: string}>} */
export async function fetchFile(address, { signal, report } = {}) {
  const answer = await ask(address, { signal });
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? "");
  const type = answer.headers.get("Content-Type") ?? "";
  const total = Number(answer.headers.get("Content-Length")) || 0;
  /** @type {Uint8Array[]} */
  const parts = [];
  const reader = answer.body?.getReader();
  for (let bytes = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done || !value) break;
    parts.push(value);
    report?.((bytes += value.length), total);
  }
  return { blob: new Blob(/** @type {any} */ (parts), { type }), name: nameOf(answer) };
}

/** Hands it to the browser's downloads. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** @param {Response} answer */
function nameOf(answer) {
  const told = answer.headers.get("Content-Disposition") ?? "";
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(told) ?? [];
  const [, quoted, plain] = /filename=(?:"([^"]*)"|([^;]+))/i.exec(told) ?? [];
  return encoded ? decodeURIComponent(encoded) : (quoted ?? plain ?? "");
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[download]") : null;
  if (!(link instanceof HTMLAnchorElement) || !hasKey() || event.defaultPrevented || link.protocol === "blob:") return;
  event.preventDefault();
  fetchFile(link.href).then(({ blob, name }) => save(blob, name)).catch(({ message }) => announce(message || words("not_fetched"), true));
});
