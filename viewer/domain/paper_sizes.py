"""Sizes of paper, in millimetres."""

POINTS = 72 / 25.4
"""Of a millimetre."""
PAPERS = {"A4": (210.0, 297.0), "A5": (148.0, 210.0), "240x140": (240.0, 140.0)}
"""As they are named: width and height. The voucher paper (凭证纸) always lies."""
VOUCHER = "240x140"
NOTICE = (210.0, 148.0)
"""Of a page that stands in for a file that can't be shown."""
FOOTER = 5.0
"""Height of a footer's line."""
MARGIN = 5.0
"""What most printers leave white at every edge."""
