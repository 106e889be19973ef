"""The OFL fonts that the build takes from npm, so that text shows on a machine with no fonts installed."""

from pathlib import Path

SERIF_SC = Path(__file__).parent / "serif" / "NotoSerifSC-Regular.ttf"
"""Alone in its folder: PDFium draws a PDF's texts without an embedded font with the fonts of that folder, and among several
Chinese ones it would choose by chance."""
SANS_SC = Path(__file__).with_name("NotoSansSC-Regular.ttf")
KAI_SC = Path(__file__).with_name("LXGWWenKai-Regular.ttf")
SANS = Path(__file__).with_name("Arimo-Regular.ttf")
"""As wide as Arial."""
MONO = Path(__file__).with_name("Cousine-Regular.ttf")
"""As wide as Courier New."""
SERIF = Path(__file__).with_name("Tinos-Regular.ttf")
"""As wide as Times New Roman."""
