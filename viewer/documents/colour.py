"""Colours as they should look: any of Pillow's modes, with or without a profile, as RGB or grey on white."""

import contextlib
import io
import math

from PIL import Image, ImageChops, ImageCms

MIN_IS_WHITE = 0
PHOTOMETRIC = 262
"""TIFF's tag; Pillow turns what is white around for up to 8 bits, and leaves 16 to us."""
SRGB = ImageCms.createProfile("sRGB")
PLAIN = frozenset({"RGB", "L", "CMYK", "YCbCr", "LAB"})
"""Modes that can be made smaller as they are."""
CLEAR = frozenset({"RGBA", "PA", "RGBa"})


def scalable(picture: Image.Image) -> Image.Image:
    """The same picture in a mode that can be made smaller without harm: no palette, no single bits, nothing clear, 8 bits a
    channel."""
    mode = picture.mode
    if mode in PLAIN and "transparency" not in picture.info:
        return picture
    if mode.startswith("I;16"):
        grey = _eight_bits(picture)
        tags = getattr(picture, "tag_v2", {})
        return ImageChops.invert(grey) if tags.get(PHOTOMETRIC) == MIN_IS_WHITE else grey
    if mode in ("I", "F"):
        return _stretched(picture)
    if mode == "1":
        return picture.convert("L")
    if mode in ("LA", "La"):
        return _on_white(picture if mode == "LA" else picture.convert("LA"), "L")
    if mode in CLEAR or "transparency" in picture.info:
        return _on_white(picture if mode == "RGBA" else picture.convert("RGBA"), "RGB")
    return picture.convert("RGB")


def finished(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """A scalable picture as sRGB, or as grey; a broken profile, or one for other channels, is ignored."""
    if profile:
        with contextlib.suppress(Exception):
            return _in_srgb(picture, profile)
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if ImageCms.getProfileDescription(source).startswith("sRGB"):
        return picture.convert("RGB")
    if picture.mode == "YCbCr":
        picture = picture.convert("RGB")
    converted = ImageCms.profileToProfile(picture, source, SRGB, outputMode="RGB")
    assert converted is not None, "only a change in place gives nothing"
    return converted


def _on_white(picture: Image.Image, mode: str) -> Image.Image:
    """Without a second copy of the clear picture, which may be large."""
    white = Image.new(mode, picture.size, "white")
    white.paste(picture if mode == "RGB" else picture.convert(mode), (0, 0), picture)
    return white


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16 bits a pixel in 8, strip by strip: Pillow's own conversion cuts at 255 instead of dividing."""
    grey = Image.new("L", picture.size)
    rows = max(1, 4_000_000 // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        grey.paste(strip.convert("I").point(lambda value: value / 257 + 0.5).convert("L"), (0, top))
    return grey


def _stretched(picture: Image.Image) -> Image.Image:
    """32-bit integers or fractions in 8 bits: as they are up to 255, fractions up to 1 as such, anything else by its range."""
    low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("the picture holds values that are no numbers")
    if low < 0 or high > 65535:
        factor, offset = 255 / max(high - low, 1e-9), -low * 255 / max(high - low, 1e-9)
    elif picture.mode == "F" and high <= 1:
        factor, offset = 255.0, 0.0
    else:
        factor, offset = (1.0 if high <= 255 else 1 / 257), 0.0
    return picture.point(lambda value: value * factor + offset).convert("L")
