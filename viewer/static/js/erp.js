// The demo ERP's own page: a click on an entry row or on the view switch changes the viewer's frame and this page's
// parts, without loading this page again.

const PARTS = ["#bill", "#switch"];
let clicks = 0;

/** @param {HTMLAnchorElement} link */
async function follow(link) {
  const click = ++clicks;
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (click !== clicks) return;
  const address = page.querySelector("iframe")?.getAttribute("src");
  const frame = document.querySelector("iframe");
  if (!address || !frame?.contentWindow) throw new Error("no viewer");
  const focused = document.activeElement?.id;
  for (const part of PARTS) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (!old || !fresh) throw new Error(part);
    old.replaceWith(document.adoptNode(fresh));
  }
  frame.contentWindow.location.replace(address);
  history.replaceState(null, "", link.href);
  if (focused) document.getElementById(focused)?.focus();
}

document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("a[data-frame]") ?? target?.closest("tr")?.querySelector("a[data-frame]");
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  follow(link).catch(() => location.assign(link.href));
});
