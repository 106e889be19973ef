"""Whether a picture's colours are as fine as its brightness, as those of red print are: a JPEG may hold them at half the
resolution, as cameras do, which makes photos a sixth smaller and would leave such print 29 to 35 dB off."""

from PIL import Image, ImageChops

LINE, COLUMN = 3, 16
"""Of so many lines, and of so many columns, one is looked at: no character lies between lines, no rule between both."""
BLOCK = 16
"""Edge of the parts of which each counts for itself: one small coloured character in a tile is enough."""
BLUE, RED = (-0.1687, -0.3313, 0.5, 128.0), (0.5, -0.4187, -0.0813, 128.0)
"""The two channels of colour in a JPEG (ITU-T T.871, section 7), as a matrix of Pillow's."""
SQUARED = [min(255, step * step // 8) for step in range(256)]
"""How much it counts that a pixel is so many levels off the middle between its neighbours. A slope of colours is not."""
MOST = 1
"""A block's mean of that, where nothing is lost: one character of 8 pixels mostly has more, a photo's noise mostly none."""


def are_fine(picture: Image.Image) -> bool:
    """Whether an RGB picture has pixels of which each needs a colour of its own."""
    lines = picture.resize((picture.width, -(-picture.height // LINE)), Image.Resampling.NEAREST)
    columns = picture.resize((-(-picture.width // COLUMN), picture.height), Image.Resampling.NEAREST)
    return any(
        _is_fine(lines.convert("L", channel), 1, 0, (BLOCK, BLOCK // LINE))
        or _is_fine(columns.convert("L", channel), 0, 1, (BLOCK // COLUMN, BLOCK))
        for channel in (BLUE, RED)
    )


def _is_fine(channel: Image.Image, right: int, down: int, block: tuple[int, int]) -> bool:
    """Whether any block is, by its pixels and their neighbours on both sides: left and right, or above and below."""
    width, height = channel.width - 2 * right, channel.height - 2 * down
    if min(width, height) < 1:
        return False
    before, here, after = (
        channel.crop((step * right, step * down, step * right + width, step * down + height)) for step in range(3)
    )
    off = ImageChops.difference(Image.blend(before, after, 0.5), here).point(SQUARED)
    return any(off.reduce(block).histogram()[MOST + 1 :])
