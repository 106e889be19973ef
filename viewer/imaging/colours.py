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
"""How much it counts that a pixel is so many levels off the middle between its neighbours, in the channel in which it is
farther off. A slope of colours is not."""
MOST = 1
"""A block's mean of that, where nothing is lost: one character of 8 pixels mostly has more, a photo's noise mostly none."""


def are_fine(picture: Image.Image) -> bool:
    """Whether an RGB picture has pixels of which each needs a colour of its own."""
    lines = picture.resize((picture.width, -(-picture.height // LINE)), Image.Resampling.NEAREST)
    columns = picture.resize((-(-picture.width // COLUMN), picture.height), Image.Resampling.NEAREST)
    return _are_fine(lines, 1, 0, (BLOCK, BLOCK // LINE)) or _are_fine(columns, 0, 1, (BLOCK // COLUMN, BLOCK))


def _are_fine(picture: Image.Image, right: int, down: int, block: tuple[int, int]) -> bool:
    """Whether any block's are, by its pixels and their neighbours on both sides: left and right, or above and below."""
    width, height = picture.width - 2 * right, picture.height - 2 * down
    if min(width, height) < 1:
        return False
    off = []
    for channel in (BLUE, RED):
        colours = picture.convert("L", channel)
        before, here, after = (
            colours.crop((step * right, step * down, step * right + width, step * down + height)) for step in range(3)
        )
        off.append(ImageChops.difference(Image.blend(before, after, 0.5), here))
    return any(ImageChops.lighter(*off).point(SQUARED).reduce(block).histogram()[MOST + 1 :])
