// Two pages beside each other. The left one stays what the address names and what is left when comparing ends, so that
// list, data and history are right all the time; swapping keeps the other one. The right one is what is picked next.

import { cards, fetchPaper, mark, picked, showCard, stage } from "./desk.js";
import { InvoiceStage } from "./invoice-stage.js";
import { announce, isOffline, words } from "./words.js";

/** @typedef {{x: number, y: number, zoom: number}} View
 * The middle of what is seen, from the page's middle and in parts of the page as it lies; zoom 1 is the whole page. */
/** @typedef {{address: string, card: HTMLElement | null, data: Element | null, pager: Element | null}} Side */
/** @typedef {{pair: HTMLElement, root: Element, left: InvoiceStage, right: InvoiceStage, one: Side, other: Side, from: string,
 * view: View, shift: View, linked: boolean, following: boolean, leader: any, round: number}} Comparison */

const WHOLE = { x: 0, y: 0, zoom: 1 };
/** Tools that act on the side touched last, though they stand on the left one. */
const EITHER = /^(zoom|fit|actual|turn|mirror)/;

/** @type {Comparison | null} */
let current = null;

/** @returns {Comparison | null} */
function now() {
  return current?.pair.isConnected ? current : null;
}

/** Begins, or ends. @param {HTMLElement | null} [wanted] the card for the right side */
export function compare(wanted = null) {
  if (endComparing()) return;
  const [left, template] = [stage(), document.getElementById("pair")];
  const root = left?.closest(".desk");
  if (!left || !root || !(template instanceof HTMLTemplateElement) || !left.sheet.getClientRects().length) return;
  // As long as an invoice is on its way, the data are those of the one before.
  if (document.querySelector(".beside[aria-busy]")) {
    return document.addEventListener("pickend", () => left.isConnected && compare(wanted), { once: true });
  }
  const card = picked();
  const all = cards();
  const at = card ? all.indexOf(card) : -1;
  const file = [...left.querySelectorAll(".strip")].some((strip) => strip !== left.strip);
  const next = wanted ?? (file ? card : (all[at + 1] ?? all[at - 1]));
  const link = document.querySelector(".pager a[rel=next], .pager a[rel=prev]");
  if (!file && !next && !link) return announce(words("nothing_to_compare"), true);

  const pair = document.importNode(template.content, true).firstElementChild;
  const right = pair?.querySelector("invoice-stage");
  if (!(pair instanceof HTMLElement) || !(right instanceof InvoiceStage)) return;
  const focused = document.activeElement;
  const view = viewOf(left.viewer) ?? WHOLE;
  left.replaceWith(pair);
  left.classList.remove("stage");
  right.before(left);
  refocus(focused);
  root.classList.add("comparing", "showing");
  left.button("compare")?.setAttribute("aria-pressed", "true");
  const [data, pager] = [document.querySelector("aside.beside"), document.querySelector(".pager")];
  const one = { address: addressOf(card) || location.href, card, data, pager };
  current = {
    pair, root, left, right, one, other: one, from: one.address, view,
    shift: WHOLE, linked: true, following: false, leader: null, round: 0,
  };
  listen(current);
  void left.live();
  const details = pair.querySelector("details");
  if (details) details.open = window.innerHeight >= 720 && window.innerWidth >= 700;
  if (file && (!next || next === card)) own(current);
  else if (next) void show(current, addressOf(next), next);
  else if (link instanceof HTMLAnchorElement) void show(current, link.href);
}

/** Back to the left one alone; false where nothing is compared. */
export function endComparing() {
  const it = now();
  current = null;
  if (!it) return false;
  const { left, one } = it;
  const [focused, view] = [document.activeElement, viewOf(left.viewer) ?? (it.linked && it.view)];
  left.classList.add("stage");
  left.classList.remove("in-hand");
  it.pair.replaceWith(left);
  it.root.classList.remove("comparing");
  it.other.card?.classList.remove("compared");
  left.button("compare")?.setAttribute("aria-pressed", "false");
  refocus(focused && left.contains(focused) ? focused : left.sheet);
  if (view) void left.live().then((viewer) => viewer && put(viewer, view));
  if (one.pager) document.querySelector(".pager")?.replaceWith(one.pager);
  history.replaceState({ ...history.state, compared: undefined }, "");
  if (!one.card && one.address !== it.from) visit(one.address);
  return true;
}

/** Both sides move together, or each alone; what the reader aligned stays so. */
export function link() {
  const it = now();
  if (!it) return;
  it.linked = !it.linked;
  it.pair.querySelector("[data-do=link]")?.setAttribute("aria-pressed", String(it.linked));
  const [one, other] = [it.left, it.right].map(({ viewer }) => viewOf(viewer, false));
  if (it.linked && one && other) {
    it.view = one;
    it.shift = { x: other.x - one.x, y: other.y - one.y, zoom: other.zoom / one.zoom };
  }
  announce(words(it.linked ? "linked" : "unlinked"), true);
}

/** @param {Comparison} it */
function swap(it) {
  const { left, right } = it;
  if (!right.sheet.firstElementChild) return; // the first to compare with is still on its way
  const [a, b] = [left.cloneNode(true), right.cloneNode(true)];
  const [first, second] = [left.page?.number, right.page?.number];
  [it.one, it.other] = [it.other, it.one];
  it.shift = WHOLE;
  left.take(/** @type {Element} */ (b), second);
  right.take(/** @type {Element} */ (a), first);
  it.other.card?.classList.remove("compared");
  const { card, data } = it.one;
  if (data) document.querySelector("aside.beside")?.replaceWith(data);
  if (card) mark(card);
  settle(it);
}

/** The left one's other file on the right. @param {Comparison} it */
function own(it) {
  it.right.take(/** @type {Element} */ (it.left.cloneNode(true)));
  it.other = it.one;
  otherFile(it);
  settle(it);
}

/** @param {Comparison} it */
function otherFile({ left, right }) {
  const shown = left.page?.fileId;
  if (!shown || right.page?.fileId !== shown) return;
  for (const strip of right.querySelectorAll(".strip")) {
    const file = strip.getAttribute("data-file-id");
    if (file && file !== shown) return right.showFile(file);
  }
}

/** What is at an address of this bill, on the right; what stood there stays with its caption until the other is here.
 * @param {Comparison} it @param {string} address @param {HTMLElement | null} [card] @param {number} [page] */
async function show(it, address, card = null, page = 1) {
  const round = (it.round += 1);
  const fresh = await fetchPaper(address).catch(() => null);
  const other = fresh?.querySelector("invoice-stage");
  if (now() !== it || it.round !== round) return;
  if (!fresh || !other) {
    if (it.other === it.one && !it.right.page) endComparing();
    return announce(words(isOffline() ? "offline_asked" : "missing"), true);
  }
  const [data, pager] = [fresh.querySelector("aside.beside"), fresh.querySelector(".pager")];
  it.other.card?.classList.remove("compared");
  it.other = { address, card, data: data && document.importNode(data, true), pager: pager && document.importNode(pager, true) };
  it.shift = WHOLE;
  it.right.take(document.importNode(other, true), page);
  if (page === 1) otherFile(it);
  settle(it);
}

/** Captions, files, facts and list, as the two sides are by now. @param {Comparison} it */
function settle(it) {
  const { pair, one, other, right } = it;
  const places = pair.querySelectorAll(".who");
  const names = [one, other].map(({ data }, index) => {
    const facts = factsOf(data);
    const parts = [data?.querySelector("h3")?.textContent?.trim() ?? "", facts.get("total")?.[1], facts.get("seller_name")?.[1]];
    const [number, ...rest] = parts.filter(Boolean).map(String);
    places[index]?.replaceChildren(element("b", number), ` ${rest.join(" · ")}`);
    return number ?? "";
  });
  const select = pair.querySelector("select");
  const strips = [...right.querySelectorAll(".strip")].map((strip) => strip.getAttribute("data-file-id") ?? "");
  select?.replaceChildren(
    ...strips.map((file) => {
      const item = other.data?.querySelector(`[data-show-file="${file}"]`)?.closest("li");
      const [kind, name] = [".kind", ".name"].map((part) => item?.querySelector(part)?.textContent ?? "");
      return new Option(`${kind?.toUpperCase()} ${name}`, file);
    }),
  );
  if (select) select.hidden = strips.length < 2;
  tabulate(it, names);
  turned(it);
  const pager = document.querySelector(".pager");
  if (pager && other.pager && pager !== other.pager) {
    const { activeElement } = document;
    const again = pager.contains(activeElement) && `a[rel=${activeElement?.getAttribute("rel")}]`;
    pager.replaceWith(other.pager);
    if (again) refocus(other.pager.querySelector(again) ?? other.pager.querySelector("a"));
  }
  if (other.card) {
    other.card.classList.add("compared");
    showCard(other.card);
    history.replaceState({ ...history.state, compared: idOf(other.card) }, "");
  }
  announce(words("compared", { left: names[0] ?? "", right: names[1] ?? "" }));
}

/** @param {Comparison} it @param {string[]} names */
function tabulate({ pair, one, other }, names) {
  const details = pair.querySelector("details");
  const [a, b] = [factsOf(one.data), factsOf(other.data)];
  if (!details) return;
  details.hidden = one.address === other.address || !a.size || !b.size;
  const head = element("tr");
  head.append(element("td"), ...names.map((name) => element("th", name)));
  const rows = [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const [label, left] = a.get(name) ?? [b.get(name)?.[0], ""];
    const right = b.get(name)?.[1] ?? "";
    const row = element("tr");
    const title = element("th", label);
    row.append(title, element("td", left || "–"), element("td", right || "–"));
    if (left !== right) {
      row.className = "differs";
      const mark = element("span", "≠");
      mark.title = words("differs");
      title.append(" ", mark);
    }
    return row;
  });
  const table = details.querySelector("table") ?? details.appendChild(element("table"));
  table.replaceChildren(head, ...rows);
  const count = rows.filter((row) => row.className).length;
  const summary = details.querySelector("summary");
  if (summary) summary.textContent = words("differing", { count, total: rows.length });
}

/** What is recorded of an invoice, by the fields' names: label and value, without what its files say.
 * @param {Element | null} data @returns {Map<string, [string, string]>} */
function factsOf(data) {
  const facts = new Map();
  const head = data?.querySelector(".record-head .amount");
  if (head) facts.set("total", [head.querySelector(".what")?.textContent ?? "", plain(head)]);
  for (const row of data?.querySelectorAll(".record [data-fact]:not([data-fact='']):not([data-fact=serial_no]):not([data-fact=capitals])") ?? []) {
    const value = plain(row.querySelector("dd"));
    if (value) facts.set(row.getAttribute("data-fact"), [row.querySelector("dt")?.textContent ?? "", value]);
  }
  return facts;
}

/** @param {Element | null} [part] */
function plain(part) {
  const copy = /** @type {Element | undefined} */ (part?.cloneNode(true));
  for (const said of copy?.querySelectorAll(".same, .said, .what, button") ?? []) said.remove();
  return (copy?.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** @template {keyof HTMLElementTagNameMap} T @param {T} name @param {string} [text] @returns {HTMLElementTagNameMap[T]} */
function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** The chosen file is the one that is shown. @param {Comparison} it */
function turned({ pair, right }) {
  const select = pair.querySelector("select");
  if (select) select.value = right.page?.fileId ?? "";
}

/** @param {Comparison} it */
function listen(it) {
  const { pair, left, right } = it;
  const touched = (/** @type {Event} */ { target }) => {
    const part = target instanceof Element ? target.closest(".sheet, .strip, .other") : null;
    const hand = part?.closest("invoice-stage");
    if (hand) for (const each of [left, right]) each.classList.toggle("in-hand", each === hand);
  };
  for (const name of ["pointerdown", "focusin", "wheel"]) pair.addEventListener(name, touched, { passive: true });
  pair.addEventListener("pagechange", ({ target }) => {
    if (target instanceof InvoiceStage) void target.live();
    turned(it);
  });
  pair.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement) right.showFile(target.value);
  });
  for (const name of ["input", "reset"]) {
    left.addEventListener(name, () => setTimeout(() => (right.sheet.style.filter = left.sheet.style.filter)));
  }
  pair.addEventListener(
    "click",
    (event) => {
      const tool = event.target instanceof Element ? event.target.closest(".tools [data-do]") : null;
      const name = tool?.getAttribute("data-do") ?? "";
      if (!EITHER.test(name) || !right.classList.contains("in-hand")) return;
      event.stopPropagation();
      right.do(name);
    },
    true,
  );
  for (const side of [left, right]) {
    side.addEventListener("live", (event) => now() === it && follow(it, side, /** @type {CustomEvent} */ (event).detail));
  }
}

/** A viewer that has just come takes the common view; what its reader does with it goes to the other side too.
 * @param {Comparison} it @param {InvoiceStage} side @param {any} viewer */
function follow(it, side, viewer) {
  const [mine, partner] = side === it.left ? [1, it.right] : [-1, it.left];
  let resized = false;
  const led = () => it.linked && !it.following && !resized && now() === it;
  const quietly = (/** @type {() => void} */ change) => {
    it.following = true;
    change();
    it.following = false;
  };
  if (it.linked) quietly(() => put(viewer, mine > 0 ? it.view : moved(it.view, it.shift, 1)));
  const lead = () => {
    if (led()) it.leader = viewer;
  };
  const copy = () => {
    const view = led() && it.leader === viewer && viewOf(viewer);
    if (!view) return;
    it.view = mine > 0 ? view : moved(view, it.shift, -1);
    if (partner.viewer?.world.getItemCount()) quietly(() => put(partner.viewer, moved(view, it.shift, mine)));
  };
  viewer.addHandler("resize", () => {
    resized = true;
    void Promise.resolve().then(() => (resized = false));
  });
  for (const name of ["pan", "zoom"]) viewer.addHandler(name, lead);
  for (const name of ["animation", "animation-finish"]) viewer.addHandler(name, copy);
  let before = viewer.viewport.getRotation();
  viewer.addHandler("rotate", (/** @type {{degrees: number}} */ { degrees }) => {
    const by = degrees - before;
    before = degrees;
    if (led()) quietly(() => partner.viewer?.viewport.rotateBy(by));
  });
}

/** @param {View} view @param {View} shift @param {number} sign @returns {View} */
function moved(view, shift, sign) {
  return { x: view.x + sign * shift.x, y: view.y + sign * shift.y, zoom: view.zoom * shift.zoom ** sign };
}

/** Of a viewer: as it is now, or where it is moving to; null while it has no page yet. @param {any} viewer @returns {View | null} */
function viewOf(viewer, now = true) {
  if (!viewer?.world.getItemCount()) return null;
  const { viewport, world } = viewer;
  const { x: width, y: height } = world.getItemAt(0).getContentSize();
  const centre = viewport.getCenter(now);
  const [x, y] = quarters(centre.x - 0.5, (centre.y * width) / height - 0.5, viewport.getRotation() / 90);
  return { x: viewport.getFlip() ? -x : x, y, zoom: viewport.getZoom(now) / viewport.getHomeZoom() };
}

/** @param {any} viewer @param {View} view */
function put({ viewport, world }, view) {
  const { x: width, y: height } = world.getItemAt(0).getContentSize();
  const [x, y] = quarters(viewport.getFlip() ? -view.x : view.x, view.y, -viewport.getRotation() / 90);
  const centre = viewport.getCenter();
  [centre.x, centre.y] = [x + 0.5, ((y + 0.5) * height) / width];
  viewport.zoomTo(view.zoom * viewport.getHomeZoom(), null, true);
  viewport.panTo(centre, true);
}

/** A point turned clockwise about the middle. @param {number} x @param {number} y @param {number} count */
function quarters(x, y, count) {
  for (let left = ((Math.round(count) % 4) + 4) % 4; left; left -= 1) [x, y] = [-y, x];
  return /** @type {const} */ ([x, y]);
}

/** @param {HTMLElement | null | undefined} card */
function addressOf(card) {
  const link = card?.querySelector("a[data-open]");
  return link instanceof HTMLAnchorElement ? link.href : "";
}

/** @param {HTMLElement} card */
function idOf(card) {
  return card.dataset.serialNo ?? card.dataset.attachmentId;
}

/** @param {Element | null} part */
function refocus(part) {
  if (part instanceof HTMLElement && part !== document.activeElement) part.focus({ preventScroll: true });
}

/** As a click on a link to it would. @param {string} address */
function visit(address) {
  const link = element("a");
  link.href = address;
  link.dataset.quick = "";
  document.getElementById("view")?.append(link);
  link.click();
}

/** After a reload: what was compared before it. */
function restore() {
  const wanted = cards().find((card) => idOf(card) === history.state?.compared);
  if (wanted) compare(wanted);
}

document.addEventListener("pick", (event) => {
  const it = now();
  if (!it) return;
  event.preventDefault();
  const { card, page } = /** @type {CustomEvent} */ (event).detail;
  void show(it, addressOf(card), card, page);
});
document.addEventListener("cardchange", (event) => {
  const [{ owner, replacement }, it] = [/** @type {CustomEvent} */ (event).detail, now()];
  for (const side of it ? [it.one, it.other] : []) if (side.card === owner) side.card = replacement;
});
document.addEventListener("visit", (event) => {
  const it = now();
  if (!it) return;
  event.preventDefault();
  const { address, page } = /** @type {CustomEvent} */ (event).detail;
  void show(it, address, null, page);
});
document.addEventListener("stage-do", (event) => {
  const [{ detail }, it] = [/** @type {CustomEvent} */ (event), now()];
  if (detail === "compare") compare();
  if (detail === "link") link();
  if (detail === "swap" && it) swap(it);
  const step = { previous: -1, next: 1 }[String(detail)];
  if (step) document.dispatchEvent(new CustomEvent("swipe", { detail: step }));
});
document.addEventListener(
  "click",
  (event) => {
    const it = now();
    const link = event.target instanceof Element ? event.target.closest(".pager a") : null;
    if (!it || !(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void show(it, link.href);
  },
  true,
);
if (history.state?.compared) {
  if (location.hash) document.addEventListener("invoicechange", restore, { once: true });
  else restore();
}
