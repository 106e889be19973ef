// A search of what the view shows, asked of the server. It asks again while pages are still to be read, and tells each answer.

import { ask } from "./ask.js";
import { words } from "./words.js";

/** @typedef {{file_id: string, page_id: string, number: number, boxes: number[][]}} HitPage */
/** @typedef {{serial_no: string | null, attachment_id: string | null, fields: string[], pages: HitPage[]}} Hit */
/** @typedef {{hits: Hit[] | null, note: string, over: boolean}} Told
 * `hits`: null where they aren't known (yet); `note`: how far it is, or what failed; `over`: nothing more comes. */

const PAUSE = 300;
const LONGEST = 5000;

export class Search {
  /** @param {string} address @param {(told: Told) => void} tell */
  constructor(address, tell) {
    this.address = address;
    this.tell = tell;
    this.query = "";
    /** @type {AbortController | null} */
    this.underWay = null;
  }

  /** Gives up what is under way. */
  stop() {
    this.underWay?.abort();
    this.underWay = null;
    this.query = "";
  }

  /** @param {string} query */
  ask(query) {
    this.stop();
    this.query = query;
    this.underWay = new AbortController();
    this.tell({ hits: null, note: words("searching"), over: false });
    void this.follow(query, this.underWay.signal);
  }

  /** @param {string} query @param {AbortSignal} signal */
  async follow(query, signal) {
    const address = new URL(this.address, location.href);
    address.searchParams.set("q", query);
    let [pause, left] = [PAUSE, Infinity];
    while (!signal.aborted) {
      const answer = await ask(address.href, { headers: { Accept: "application/json" }, signal }).catch(() => null);
      const found = await answer?.json().catch(() => null);
      if (signal.aborted) return;
      if (!answer?.ok || !found) {
        const told = answer && answer.status < 500 && found?.detail;
        this.query = "";
        return this.tell({ hits: null, note: told || words("search_failed"), over: true });
      }
      const { hits, pages, pending } = found;
      const note = pending ? words("searched", { done: pages - pending, pages }) : "";
      this.tell({ hits, note, over: !pending });
      if (!pending) return;
      // What is left may be files that are long on their way: then it asks ever more rarely.
      pause = pending < left ? PAUSE : Math.min(LONGEST, pause * 2);
      left = pending;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The boxes to be marked, by page. @param {Hit[]} hits */
export function mark(hits) {
  const pages = hits.flatMap((hit) => hit.pages.map((page) => /** @type {[string, number[][]]} */ ([page.page_id, page.boxes])));
  document.dispatchEvent(new CustomEvent("searchhits", { detail: new Map(pages) }));
}
