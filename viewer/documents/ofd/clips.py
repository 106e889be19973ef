"""Clips (GB/T 33190 clause 8.4): what of an object is seen."""

from collections.abc import Callable

from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.paths import drawn, segments
from viewer.documents.ofd.values import IDENTITY, Matrix, Rect, box, matrix, moved
from viewer.documents.ofd.xml import Element, attribute, child, content_of, is_true

Shapes = Callable[[Element, Matrix], str]
"""The path of a text's characters in a space."""


def clip_of(element: Element, place: Matrix, boundary: Rect | None, findings: Findings, shapes_of: Shapes) -> str:
    """The operators that clip, in the space of the object's block. Areas of one clip add up, clips cut each other.

    Clips lie in the object's space, and turn with its CTM unless TransFlag says otherwise.
    """
    clips = child(element, "Clips")
    if clips is None:
        return ""
    corner = moved(boundary.x, boundary.y) if boundary else IDENTITY
    space = place if is_true(clips, "TransFlag", True) else corner
    parts = []
    for clip in clips.iterchildren("Clip"):
        shapes, even_odd = [], False
        for area in clip.iterchildren("Area"):
            path, text = child(area, "Path"), child(area, "Text")
            inner = space.after(matrix(attribute(area, "CTM")))
            if path is not None:
                shapes.append(_path(path, inner))
                even_odd = even_odd or (attribute(path, "Rule") or "").lower() == "even-odd"
            elif text is not None:
                shapes.append(shapes_of(text, inner))
            else:
                findings.add("unknown", "Clip")
        shapes = [shape for shape in shapes if shape]
        if shapes:
            parts.append(f"{' '.join(shapes)} W{'*' if even_odd else ''} n ")
    return "".join(parts)


def _path(path: Element, space: Matrix) -> str:
    within = box(attribute(path, "Boundary"))
    own = matrix(attribute(path, "CTM"))
    if within:
        own = moved(within.x, within.y).after(own)
    return drawn(segments(content_of(path, "AbbreviatedData")), space.after(own))
