// Runs before the first paint: says that scripts run, and restores the reader's layout. Storage may be forbidden.
// In a sandboxed frame without an origin no module runs, so that the page is the one without scripts.
(() => {
  if (self.origin === "null") return;
  const root = document.documentElement;
  root.classList.add("js");
  try {
    root.dataset.layout = localStorage.getItem("layout") === "grid" ? "grid" : "list";
    root.dataset.panel = localStorage.getItem("panel") ?? "";
  } catch {
    root.dataset.layout = "list";
  }
})();
