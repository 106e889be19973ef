"""Draw parameters (GB/T 33190 clause 8.2): what an object, its DrawParam, those that it relates to and its layer say."""

from dataclasses import dataclass, replace

from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.values import number, numbers, shown, shown_all
from viewer.documents.ofd.xml import Element, attribute, child

JOINS = {"miter": 0, "round": 1, "bevel": 2}
CAPS = {"butt": 0, "round": 1, "square": 2}
LINE_WIDTH, MITER_LIMIT = 0.353, 4.234
"""Millimetres; the standard's defaults."""
MOST_RELATIVES = 16
MOST_DASHES = 32


@dataclass(frozen=True)
class Style:
    width: float = LINE_WIDTH
    join: int = 0
    cap: int = 0
    miter: float = MITER_LIMIT
    dashes: tuple[float, ...] = ()
    dash_start: float = 0.0
    fill: Element | None = None
    stroke: Element | None = None

    @property
    def lines(self) -> str:
        """The operators that set how lines are drawn."""
        parts = [f"{shown(self.width)} w"]
        if self.join:
            parts.append(f"{self.join} j")
        if self.cap:
            parts.append(f"{self.cap} J")
        parts.append(f"{shown(max(1.0, self.miter))} M")
        if self.dashes:
            parts.append(f"[{shown_all(self.dashes)}] {shown(self.dash_start)} d")
        return " ".join(parts) + " "


def style_of(element: Element, resources: Resources, inherited: Style) -> Style:
    """What holds for an element that may name a DrawParam and say some of it itself."""
    style = inherited
    for params in reversed(_relatives(attribute(element, "DrawParam"), resources)):
        style = _with(style, params)
    return _with(style, element)


def _relatives(ident: str | None, resources: Resources) -> list[Element]:
    """A DrawParam and those that it relates to, nearest first."""
    found: list[Element] = []
    while ident and len(found) < MOST_RELATIVES:
        resource = resources.get("DrawParam", ident)
        if resource is None or resource.element in found:
            break
        found.append(resource.element)
        ident = attribute(resource.element, "Relative")
    return found


def _with(style: Style, element: Element) -> Style:
    changes: dict[str, object] = {}
    for key in element.attrib:
        match str(key):
            case "LineWidth":
                changes["width"] = abs(number(element.get(key), style.width))
            case "Join":
                changes["join"] = JOINS.get(str(element.get(key)).lower(), style.join)
            case "Cap":
                changes["cap"] = CAPS.get(str(element.get(key)).lower(), style.cap)
            case "MiterLimit":
                changes["miter"] = number(element.get(key), style.miter)
            case "DashOffset":
                changes["dash_start"] = number(element.get(key))
            case "DashPattern":
                dashes = tuple(max(0.0, each) for each in numbers(element.get(key))[:MOST_DASHES])
                changes["dashes"] = dashes if sum(dashes) > 0 else ()
    for name, tag in (("fill", "FillColor"), ("stroke", "StrokeColor")):
        colour = child(element, tag)
        if colour is not None:
            changes[name] = colour
    return replace(style, **changes) if changes else style  # type: ignore[arg-type]
