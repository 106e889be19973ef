"""The extensions that file names have for each kind of content; the first is the one that we would give."""

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "application/ofd": ("ofd",),
    "application/xml": ("xml", "xbrl"),
    "application/zip": ("zip", "docx", "xlsx", "pptx", "odt", "ods", "epub", "jar"),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/bmp": ("bmp", "dib"),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff"),
    "image/avif": ("avif",),
    "image/heic": ("heic", "heif", "hif"),
    "image/jp2": ("jp2", "j2k", "jpx", "jpf", "j2c", "jpc"),
}


def right_extension(media_type: str | None) -> str | None:
    """The extension of this kind of content; None for one that we don't know."""
    return next(iter(EXTENSIONS.get(media_type or "", ())), None)


def is_misnamed(extension: str, media_type: str | None) -> bool:
    """Whether a name's extension says another kind than its content is. None says nothing, nor does an unknown content."""
    known = EXTENSIONS.get(media_type or "")
    return bool(known and extension and extension.lower() not in known)
