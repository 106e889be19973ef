"""How like two pictures of one size are: by structure, by signal and noise, and by where they are red."""

import math
from typing import cast

from PIL import Image, ImageChops, ImageMath, ImageStat

WINDOW = 8
"""Edge of the squares in which structure is compared; they overlap by half."""
CELL = 8
"""Edge of the squares in which red is summed: a line's two edges may share a pixel in many ways."""


def ssim(one: Image.Image, other: Image.Image) -> float:
    """The mean structural similarity of the brightnesses (Wang et al. 2004, square windows): 1 for the same picture."""
    assert one.size == other.size
    a, b = one.convert("L").convert("F"), other.convert("L").convert("F")
    products = [ImageMath.lambda_eval(lambda of: of["x"] * of["y"], x=x, y=y) for x, y in ((a, a), (b, b), (a, b))]
    found: list[float] = []
    for left in (0, WINDOW // 2):
        for top in (0, WINDOW // 2):
            means = [_means(each, left, top) for each in (a, b, *products)]
            similar = ImageMath.lambda_eval(_similar, **dict(zip(("a", "b", "aa", "bb", "ab"), means, strict=True)))
            found.append(cast(float, similar.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))))
    return sum(found) / len(found)


def _means(picture: Image.Image, left: int, top: int) -> Image.Image:
    """The mean of each window, as a picture."""
    columns, rows = (picture.width - left) // WINDOW, (picture.height - top) // WINDOW
    box = (left, top, left + columns * WINDOW, top + rows * WINDOW)
    return picture.resize((columns, rows), Image.Resampling.BOX, box=box)


def _similar(of: dict[str, ImageMath._Operand]) -> ImageMath._Operand:
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    both, squares = of["a"] * of["b"], of["a"] * of["a"] + of["b"] * of["b"]
    covariance, variances = of["ab"] - both, of["aa"] + of["bb"] - squares
    return (both * 2 + light) * (covariance * 2 + contrast) / ((squares + light) * (variances + contrast))


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal to noise over all channels, in decibels; infinite for the same picture."""
    assert (one.size, one.mode) == (other.size, other.mode)
    errors = [rms**2 for rms in ImageStat.Stat(ImageChops.difference(one, other)).rms]
    return 10 * math.log10(255**2 * len(errors) / sum(errors)) if any(errors) else math.inf


def red(picture: Image.Image) -> Image.Image:
    """How red the picture is, cell by cell."""
    strong, *others = picture.convert("RGB").split()
    return ImageChops.subtract(strong, ImageChops.lighter(*others)).reduce(CELL)


def red_overlap(one: Image.Image, other: Image.Image) -> float:
    """What part of all the red in either picture lies at the same place in both; 1 where neither has any."""
    both, either = (ImageStat.Stat(mix(red(one), red(other))).sum[0] for mix in (ImageChops.darker, ImageChops.lighter))
    return both / either if either else 1.0
