"""What a page is judged by beside its contents: accessibility, and whether anything moved by itself."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now: the rule and the element, for each.

    Where the reader's system forces its colours, axe reckons with those that it replaced (-webkit-text-fill-color).
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
    forced = page.evaluate("() => matchMedia('(forced-colors: active)').matches")
    options = {
        "runOnly": RULES,
        "rules": {"color-contrast": {"enabled": not forced}},
        "resultTypes": ["violations"],
    }
    found: Any = page.evaluate("options => axe.run(document, options)", options)
    return [f"{each['id']}: {node['target']}" for each in found["violations"] for node in each["nodes"]]


def shifts(page: Page) -> list[str]:
    """Each time that something moved without the reader's doing since the page was opened: how much, and which elements.

    A thousandth is what the measure is quoted to: less is a hair's breadth of one button."""
    found: list[str] = page.evaluate(
        """() => new Promise((resolve) => {
          const entries = [];
          const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
          observer.observe({ type: "layout-shift", buffered: true });
          const named = ({ node }) => (node && (node.className || node.nodeName)) || "?";
          const words = (entry) => `${entry.value}: ${entry.sources.map(named).join(", ")}`;
          setTimeout(() => resolve(entries.filter((entry) => !entry.hadRecentInput && entry.value >= 0.0005).map(words)), 100);
        })"""
    )
    return found
