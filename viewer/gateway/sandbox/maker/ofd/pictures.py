"""What a seal looks like by itself: a PNG without ground, or a small OFD with a page of the seal's size."""

import hashlib
from io import BytesIO
from itertools import count

from PIL import Image
from reportlab.lib.units import mm

from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.ofd.document import FOLDER, Document, entry_part, page_part
from viewer.gateway.sandbox.maker.ofd.drawing import Drawing
from viewer.gateway.sandbox.maker.ofd.package import Package
from viewer.gateway.sandbox.maker.ofd.resources import Resources
from viewer.gateway.sandbox.maker.operations import SEAL, Seal
from viewer.gateway.sandbox.maker.pdf import write_pdf
from viewer.gateway.sandbox.maker.raster import render

_PIXELS = 12
"""A millimetre's: 300 dpi."""
_WHITE = 255


def png(seal: Seal) -> bytes:
    """The seal's own red everywhere, and as opaque as it is printed: what green the print takes from white paper."""
    left, top = seal.x - seal.rx, seal.y - seal.ry
    sheet = Sheet(seal.x + seal.rx, seal.y + seal.ry, seal.name)
    sheet.pages[0].extend(seal.marks)
    scale = _PIXELS / mm
    size = (2 * seal.rx * _PIXELS, 2 * seal.ry * _PIXELS)
    printed = render(write_pdf(sheet), size, (scale, 0, 0, scale, -left * _PIXELS, -top * _PIXELS))
    red = tuple(round(part * _WHITE) for part in (SEAL.red, SEAL.green, SEAL.blue))
    opacity = [min(_WHITE, round((_WHITE - green) * _WHITE / (_WHITE - red[1]))) for green in range(256)]
    picture = Image.new("RGBA", size, red)
    picture.putalpha(printed.getchannel("G").point(opacity))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def nested(seal: Seal) -> bytes:
    """A whole package, as makers of vector seals put it into them."""
    ids = map(str, count(1))
    package = Package()
    package.put_xml("OFD.xml", entry_part(hashlib.sha256(f"{seal.kind} {seal.name}".encode()).hexdigest()[:32]))
    resources = Resources(ids)
    document = Document(size=(2 * seal.rx, 2 * seal.ry), pages={next(ids): "Pages/Page_0/Content.xml"})
    page, layer = page_part(document.size, {"ID": next(ids)})
    drawing = Drawing(layer, resources, ids, origin=(seal.x - seal.rx, seal.y - seal.ry))
    for mark in seal.marks:
        drawing.draw(mark)
    package.put_xml(f"{FOLDER}/Pages/Page_0/Content.xml", page)
    resources.write(package, FOLDER)
    document.write(package, int(next(ids)) - 1)
    return package.packed()
