// The demo ERP's own page, as an ERP would use the embed kit: a click on an entry row or on the view switch is told to the
// viewer, and what the viewer turns to marks its row. Only this page's parts are exchanged, it isn't loaded again.

const PARTS = ["#bill", "#switch"];
const viewer = /** @type {any} */ (document.querySelector("bill-viewer"));
/** Only the newest turn counts: what an older one gets, an answer or an error, is dropped. */
let turns = 0;
/** While a click's answer is on its way, what the viewer tells is of before it. */
let isClicked = false;

/** @param {string} address */
async function fetchPage(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** This page's parts for another entry or view, and what they want of the viewer; null if there was a newer turn meanwhile.
 * @param {string} address @param {boolean} [byClick] */
async function follow(address, byClick = false) {
  const turn = ++turns;
  isClicked = byClick;
  const page = await fetchPage(address).catch((error) => {
    if (turn === turns) throw error;
  });
  if (!page || turn !== turns) return null;
  isClicked = false;
  const wanted = page.querySelector("bill-viewer");
  const focused = document.activeElement?.id;
  for (const part of PARTS) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (!old || !fresh || !wanted) throw new Error(part);
    old.replaceWith(document.adoptNode(fresh));
  }
  history.replaceState(null, "", address);
  if (focused) document.getElementById(focused)?.focus();
  return wanted;
}

/** @param {HTMLAnchorElement} link */
async function show(link) {
  const wanted = await follow(link.href, true);
  if (!wanted) return;
  const [branchId, view, serialNos] = [wanted.getAttribute("branch-id"), wanted.getAttribute("view"), serialNosOf(wanted)];
  if (serialNos.length) viewer.showInvoice(...serialNos);
  else if (branchId) viewer.showEntry(branchId, view);
  else viewer.showBill();
}

/** The invoices of one line, which EAS's own view is narrowed to. @param {Element} element @returns {string[]} */
function serialNosOf(element) {
  return JSON.parse(element.getAttribute("data-serial-nos") ?? "[]");
}

if (serialNosOf(viewer).length) viewer.showInvoice(...serialNosOf(viewer));
document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("a[data-frame]") ?? target?.closest("tr")?.querySelector("a[data-frame]");
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  show(link).catch(() => location.assign(link.href));
});
viewer.addEventListener("entrychange", (/** @type {CustomEvent} */ { detail }) => {
  if (isClicked) return;
  const rows = [...document.querySelectorAll("tr[data-branch-id]")];
  const row = rows.find((each) => each.getAttribute("data-branch-id") === detail.branchId);
  for (const each of rows) each.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
  if (!row) return;
  const address = new URL(location.href);
  address.searchParams.set("entry", detail.branchId);
  address.searchParams.set("view", detail.view);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("#switch a"))) {
    const other = new URL(link.href);
    other.searchParams.set("entry", detail.branchId);
    link.href = other.href;
  }
  follow(address.href).catch(() => undefined);
});
