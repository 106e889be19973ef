"""A phone's photo of the paper on a desk: perspective, uneven light, grain, and pixels stored turned, as phones do."""

from io import BytesIO
from math import cos, radians, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from viewer.gateway.sandbox.maker.raster import noise, page_size, render

SENSOR = (4032, 3024)
"""What the sensor stores whichever way the phone is held: 12 megapixels."""

_HELD = {
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
    3: Image.Transpose.ROTATE_180,
}
"""EXIF orientation → how the upright picture is turned to become what the sensor stores."""

_DESKS = ((118, 88, 62), (74, 70, 68), (92, 104, 112), (138, 112, 84))
_MAKE, _MODEL, _ORIENTATION, _DATETIME, _DATETIME_ORIGINAL, _EXIF_IFD = 0x010F, 0x0110, 0x0112, 0x0132, 0x9003, 0x8769


class _Camera:
    """The map from the picture's pixels to the paper's: turned by a few degrees, and tilted away a little."""

    def __init__(self, frame: tuple[int, int], paper: tuple[int, int], dice: Random) -> None:
        self.paper = paper
        self.centre = (frame[0] * dice.uniform(0.49, 0.51), frame[1] * dice.uniform(0.46, 0.52))
        angle = radians(dice.uniform(-4, 4))
        self.cos, self.sin = cos(angle), sin(angle)
        self.tilt = (dice.uniform(-1, 1) * 2.2e-5, dice.uniform(0.4, 1) * 2.2e-5)

    def corners(self) -> list[tuple[float, float]]:
        """Where the paper's four corners lie in the picture: the map solved backwards."""
        width, height = self.paper
        points = []
        for x, y in (
            (-width / 2, -height / 2),
            (width / 2, -height / 2),
            (width / 2, height / 2),
            (-width / 2, height / 2),
        ):
            a, b = self.cos - x * self.tilt[0], self.sin - x * self.tilt[1]
            c, d = -self.sin - y * self.tilt[0], self.cos - y * self.tilt[1]
            det = a * d - b * c
            points.append((self.centre[0] + (x * d - b * y) / det, self.centre[1] + (a * y - c * x) / det))
        return points

    def coefficients(self, left: int, top: int) -> list[float]:
        """Pillow's eight numbers for the same map, in a picture whose corner is at (`left`, `top`)."""
        x, y = self.centre[0] - left, self.centre[1] - top
        (g, h), (width, height) = self.tilt, self.paper
        a, b = self.cos + g * width / 2, self.sin + h * width / 2
        d, e = -self.sin + g * height / 2, self.cos + h * height / 2
        rest = 1 - g * x - h * y
        c = width / 2 - a * x - b * y
        f = height / 2 - d * x - e * y
        return [value / rest for value in (a, b, c, d, e, f, g, h)]


def photo(pdf: bytes, dice: Random, taken: str) -> bytes:
    """The photo as a JPEG; `taken` is its day in EXIF's own form, 2025:01:31."""
    width, height = page_size(pdf)
    orientation = dice.choice((6, 8, 3) if width > height else (6, 8))
    frame = SENSOR if orientation == 3 else (SENSOR[1], SENSOR[0])
    fill = dice.uniform(0.84, 0.9)
    scale = min(frame[0] * fill / width, frame[1] * fill / height)
    paper = (round(width * scale), round(height * scale))
    camera = _Camera(frame, paper, dice)
    picture = _desk(frame, dice)
    _lay(picture, render(pdf, paper, (scale, 0, 0, scale, 0, 0)), camera)
    picture = ImageChops.multiply(picture, _light(frame, dice))
    picture = ImageChops.add(picture, noise(frame, dice, 12), 1, -128)
    file = BytesIO()
    picture.transpose(_HELD[orientation]).save(file, "JPEG", quality=84, exif=_exif(orientation, taken, dice))
    return file.getvalue()


def _desk(frame: tuple[int, int], dice: Random) -> Image.Image:
    """Wood: noise drawn out along one direction, in one of a few colours."""
    grain = Image.frombytes("L", (6, 160), dice.randbytes(6 * 160)).resize(frame, Image.Resampling.BICUBIC)
    fibre = Image.frombytes("L", (40, 900), dice.randbytes(40 * 900)).resize(frame, Image.Resampling.BILINEAR)
    wood = Image.blend(grain, fibre, 0.4)
    colour = dice.choice(_DESKS)
    return Image.merge("RGB", [wood.point([_grained(base, value) for value in range(256)]) for base in colour])


def _grained(base: int, value: int) -> int:
    return round(base * (0.78 + 0.44 * value / 255))


def _lay(picture: Image.Image, page: Image.Image, camera: _Camera) -> None:
    """Puts the paper and its shadow on the desk; only the paper's bounding box is transformed."""
    corners = camera.corners()
    small = Image.new("L", (picture.width // 8, picture.height // 8), 0)
    ImageDraw.Draw(small).polygon([(x / 8 + 3, y / 8 + 4) for x, y in corners], fill=150)
    shadow = small.filter(ImageFilter.GaussianBlur(5)).resize(picture.size, Image.Resampling.BILINEAR)
    picture.paste((12, 10, 10), (0, 0), shadow)
    left, top = (int(min(point[axis] for point in corners)) for axis in (0, 1))
    right, bottom = (int(max(point[axis] for point in corners)) + 1 for axis in (0, 1))
    size = (right - left, bottom - top)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in corners], fill=255)
    mask = mask.filter(ImageFilter.BoxBlur(1))  # a polygon has stairs for edges
    turned = page.transform(
        size,
        Image.Transform.PERSPECTIVE,
        camera.coefficients(left, top),
        Image.Resampling.BILINEAR,
        fillcolor=(255, 255, 255),
    )
    picture.paste(turned.filter(ImageFilter.BoxBlur(0.5)), (left, top), mask)


def _light(frame: tuple[int, int], dice: Random) -> Image.Image:
    """A lamp somewhere above one side, warm, falling off towards the corners."""
    columns, rows = 48, 36
    x, y = dice.uniform(0.25, 0.75) * columns, dice.uniform(0.15, 0.5) * rows
    reach = columns**2 + rows**2
    fall = [1 - 0.75 * ((i - x) ** 2 + (j - y) ** 2) / reach for j in range(rows) for i in range(columns)]
    bands = []
    for strength in (250, 246, 234 + dice.randint(0, 10)):
        small = Image.frombytes("L", (columns, rows), bytes(int(strength * max(value, 0.35)) for value in fall))
        bands.append(small.resize(frame, Image.Resampling.BICUBIC))
    return Image.merge("RGB", bands)


def _exif(orientation: int, day: str, dice: Random) -> Image.Exif:
    exif = Image.Exif()
    moment = f"{day} {dice.randint(8, 20):02}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}"
    exif[_MAKE] = "Sandbox"
    exif[_MODEL] = "Sandbox Phone 12MP"
    exif[_ORIENTATION] = orientation
    exif[_DATETIME] = moment
    exif.get_ifd(_EXIF_IFD)[_DATETIME_ORIGINAL] = moment
    return exif
