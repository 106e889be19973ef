"""Which shipped face stands in for a font that isn't embedded (GB/T 33190 clause 11.1), and how wide its letters were."""

from dataclasses import dataclass
from pathlib import Path

from viewer.documents.ofd.faces import HALF, Face, shipped
from viewer.fonts import KAI_SC, MONO, SANS, SANS_SC, SERIF, SERIF_SC

KAI = ("楷", "kai", "仿宋", "fangsong", "stfangso", "隶", "行书")
"""仿宋 too: the Kai that is shipped was drawn between both."""
SONG = ("宋", "simsun", "song", "明", "ming", "serif sc", "serif cn")
HEI = ("黑", "hei", "yahei", "雅黑", "gothic", "sans sc", "sans cn", "等线", "dengxian", "圆")
MONOSPACED = ("courier", "mono", "consol", "cousine", "typewriter")
LATIN_SANS = ("arial", "helvetica", "sans", "verdana", "tahoma", "calibri", "dejavu", "liberation sans", "segoe")
LATIN_SERIF = ("times", "roman", "georgia", "garamond", "cambria", "tinos", "serif")
EMBOLDENED = ("bold", "heavy", "black", "粗")
"""Names of faces heavier than the one that stands in for them."""


@dataclass(frozen=True)
class StandIn:
    """`faces` in the order in which they are asked for a character; `cell` is the width in ems of every letter of the font
    that is missing, where it had them all alike."""

    faces: tuple[Path, ...]
    cell: float | None
    bold: bool

    def find(self, code: int) -> tuple[Face, int] | None:
        """Who draws a character, and which glyph of it."""
        for path in self.faces:
            face = shipped(path)
            glyph = face.glyph_for(code)
            if glyph:
                return face, glyph
        return None


def stand_in(*names: str) -> StandIn:
    """For a font by its name and family; the serif where nothing is known."""
    name = " ".join(names).lower()
    bold = any(word in name for word in EMBOLDENED)
    if any(word in name for word in MONOSPACED):
        return StandIn((MONO, SERIF_SC, KAI_SC), None, bold)
    if any(word in name for word in KAI):
        return StandIn((KAI_SC, SERIF_SC, SERIF), HALF, bold)
    if any(word in name for word in HEI):
        return StandIn((SANS_SC, KAI_SC, SERIF), HALF if "黑体" in name or "simhei" in name else None, bold)
    if any(word in name for word in SONG):
        return StandIn((SERIF_SC, KAI_SC, SERIF), HALF, bold)
    if any(word in name for word in LATIN_SERIF):
        return StandIn((SERIF, SERIF_SC, KAI_SC), None, bold)
    if any(word in name for word in LATIN_SANS):
        return StandIn((SANS, SANS_SC, KAI_SC), None, bold)
    return StandIn((SERIF_SC, KAI_SC, SERIF), HALF, bold)
