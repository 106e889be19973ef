"""Whether a picture's colours are as fine as its brightness, as those of red print are: a JPEG may hold them at half the
resolution, as cameras do, which makes photos a fifth smaller and would leave such print 29 to 35 dB off."""

from PIL import Image, ImageChops

STEP = 8
"""Of so many lines and columns one is looked at: no stroke and no small letter lies between two of both."""
NOTICED = 20
"""Levels by which neighbours differ in colour when sharing one would be seen."""
FEW = 0.0001
"""Of all neighbours that were looked at: one small red word in a tile has more, a photo's noise mostly fewer."""


def are_fine(picture: Image.Image) -> bool:
    """Whether an RGB picture has neighbours, side by side or above each other, of which each needs a colour of its own."""
    lines = picture.resize((picture.width, -(-picture.height // STEP)), Image.Resampling.NEAREST)
    columns = picture.resize((-(-picture.width // STEP), picture.height), Image.Resampling.NEAREST)
    counts = [
        across + down for across, down in zip(_differences(lines, 1, 0), _differences(columns, 0, 1), strict=True)
    ]
    return sum(counts[NOTICED + 1 :]) > FEW * sum(counts)


def _differences(sample: Image.Image, right: int, down: int) -> list[int]:
    """How many pixels differ from their neighbour so much, from 0 to 255, in either of the two channels of colour."""
    coloured = sample.convert("YCbCr")
    width, height = coloured.width - right, coloured.height - down
    if not (width and height):
        return [0] * 256
    here, there = coloured.crop((0, 0, width, height)), coloured.crop((right, down, width + right, height + down))
    _, blue, red = ImageChops.difference(here, there).split()
    return [first + second for first, second in zip(blue.histogram(), red.histogram(), strict=True)]
