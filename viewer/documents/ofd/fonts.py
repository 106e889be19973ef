"""A document's fonts (GB/T 33190 clause 11.1): the embedded face where there is a usable one, else what stands in."""

import struct
from dataclasses import dataclass

from viewer.documents.ofd.faces import Face, face_of
from viewer.documents.ofd.families import EMBOLDENED, StandIn, stand_in
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.glyf import Drawn
from viewer.documents.ofd.package import Package
from viewer.documents.ofd.resources import Resources, part_of
from viewer.documents.ofd.xml import attribute, content_of, is_true

LETTERS = 0x2E80
"""Below are letters, digits and signs: what stands in for them is made as wide as what is missing was."""
SIGNS = 0x2000
"""From here on are signs (⊗, №, ①), as wide in Chinese fonts as a character of Chinese."""
NARROWEST = 0.4
"""Of its own width: narrower than that a letter isn't made."""


@dataclass(frozen=True)
class Chosen:
    """Who draws a character. `stands_in`: not the document's own font."""

    face: Face
    glyph: int
    stands_in: bool


class Font:
    def __init__(self, own: Face | None, others: StandIn, *, bold: bool, italic: bool) -> None:
        self._own = own
        self._others = others
        self._chosen: dict[int, Chosen | None] = {}
        self._drawn: dict[tuple[int, int, float | None], tuple[Drawn, float]] = {}
        self.own_is_bold = bool(own and own.bold)
        self.bold = bold and not self.own_is_bold
        self.italic = italic and own is None

    def for_code(self, code: int) -> Chosen | None:
        if code not in self._chosen:
            self._chosen[code] = self._found(code)
        return self._chosen[code]

    def for_glyph(self, number: int, code: int) -> Chosen | None:
        """What CGTransform names; numbers mean nothing in a font that isn't there."""
        glyph = self._own.glyph_at(number) if self._own else None
        return Chosen(self._own, glyph, False) if self._own and glyph is not None else self.for_code(code)

    def drawn(self, chosen: Chosen, code: int, declared: float | None) -> tuple[Drawn, float]:
        """How the glyph is drawn where the next one follows after `declared` ems, and how wide it is then.

        A letter that stands in takes the width that the missing font's letters had, or the declared one if that is less.
        """
        key = chosen.glyph, code, declared
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = self._fitted(chosen, code, declared)
        return found

    def _fitted(self, chosen: Chosen, code: int, declared: float | None) -> tuple[Drawn, float]:
        natural = chosen.face.advance(chosen.glyph, code)
        if not chosen.stands_in or code >= LETTERS or natural <= 0:
            return Drawn(chosen.glyph), natural
        cell = self._others.cell if code < SIGNS else None
        room = cell or natural
        if declared is not None and NARROWEST * natural < declared < room:
            room = declared
        if cell is None and room >= natural:
            return Drawn(chosen.glyph), natural
        scale = round(min(1.0, room / natural), 4)
        return Drawn(chosen.glyph, scale, round((room - scale * natural) / 2, 4)), room

    def _found(self, code: int) -> Chosen | None:
        if self._own is not None:
            glyph = self._own.glyph_for(code)
            if glyph:
                return Chosen(self._own, glyph, False)
        found = self._others.find(code)
        return Chosen(*found, True) if found else None


class Fonts:
    """The fonts that a conversion has met."""

    def __init__(self, package: Package, findings: Findings) -> None:
        self._package = package
        self._findings = findings
        self._found: dict[tuple[int, str], Font] = {}

    def get(self, resources: Resources, ident: str | None) -> Font:
        key = id(resources.outer or resources), (ident or "").strip()
        if key not in self._found:
            self._found[key] = self._font(resources, ident)
        return self._found[key]

    def _font(self, resources: Resources, ident: str | None) -> Font:
        resource = resources.get("Font", ident)
        if resource is None:
            self._findings.add("missing", f"Font {ident}")
            return Font(None, stand_in(""), bold=False, italic=False)
        element = resource.element
        names = [attribute(element, "FontName") or "", attribute(element, "FamilyName") or ""]
        others = stand_in(*names)
        named_bold = any(word in " ".join(names).lower() for word in EMBOLDENED)
        own = None
        if content_of(element, "FontFile"):
            name = part_of(self._package, resource, "FontFile")
            data = self._package.read(name) if name else None
            if data is None:
                self._findings.add("missing", content_of(element, "FontFile"))
            else:
                try:
                    own = face_of(data)
                except (ValueError, IndexError, KeyError, struct.error):
                    self._findings.add("font", name)
        bold = is_true(element, "Bold", False) or (own is None and (others.bold or named_bold))
        return Font(own, others, bold=bold, italic=is_true(element, "Italic", False))
