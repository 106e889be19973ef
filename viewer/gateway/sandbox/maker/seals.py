"""The red seals: of the tax office over an invoice's title, of the seller, and of a company under a contract."""

import math

from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.operations import SEAL


def supervision_seal(sheet: Sheet, x: float, y: float, region: str) -> None:
    """发票监制章: the double ellipse of the tax office."""
    with sheet.seal("supervision", f"国家税务总局{region}税务局", x, y, 16, 11):
        sheet.ellipse(x, y, 15, 10, width=0.45)
        sheet.ellipse(x, y, 14.1, 9.1, width=0.15)
        sheet.arc_text(x, y, 12.2, 7.2, "全国统一发票监制章", 7.5, sweep=196)
        sheet.text(x, y + 0.9, "国家税务总局", 7.5, color=SEAL, align="center")
        sheet.text(x, y + 5.4, region + "税务局", 7, color=SEAL, align="center", fit=16)


def invoice_seal(sheet: Sheet, x: float, y: float, name: str, tax_no: str) -> None:
    """发票专用章: the seller's oval, with its number across the middle."""
    with sheet.seal("invoice", name, x, y, 21, 16):
        sheet.ellipse(x, y, 20, 15, width=0.9)
        _round_name(sheet, x, y, 16.9, 11.9, name)
        sheet.text(x, y + 1.4, tax_no, 8.5, color=SEAL, align="center", fit=26.5)
        sheet.text(x, y + 8.3, "发票专用章", 10.5, color=SEAL, align="center")


def company_seal(sheet: Sheet, x: float, y: float, name: str, purpose: str) -> None:
    """A company's round seal with the star in the middle."""
    with sheet.seal("company", name, x, y, 21, 21):
        sheet.ellipse(x, y, 20, 20, width=1)
        _round_name(sheet, x, y, 16.4, 16.4, name)
        points = []
        for index in range(10):
            radius = 2.3 if index % 2 else 6
            angle = math.radians(36 * index)
            points.append((x + radius * math.sin(angle), y - radius * math.cos(angle)))
        sheet.polygon(points, SEAL)
        sheet.text(x, y + 11.5, purpose, 11, color=SEAL, align="center")


def _round_name(sheet: Sheet, x: float, y: float, rx: float, ry: float, name: str) -> None:
    """A long name takes more of the arc, and smaller characters when even that is not enough."""
    sweep = min(200.0 if rx != ry else 232.0, 17.0 * (len(name) - 1))
    size = min(11.5, (120 if rx != ry else 145) / len(name))
    sheet.arc_text(x, y, rx, ry, name, size, sweep=sweep)
