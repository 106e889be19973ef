"""The languages of the product and the catalogue that holds their words."""

import gettext as std
from functools import cache
from pathlib import Path

TRANSLATIONS = Path(__file__).with_name("translations")
DEFAULT = "zh-CN"
LANGUAGES = {"zh-CN": "zh_Hans_CN", "en": "en"}
"""BCP 47 tag → Babel's locale, which is also the catalogue's folder. English is the source language and has no catalogue."""


@cache
def catalogue(language: str) -> std.NullTranslations:
    """The words of one of `LANGUAGES`, as the standard library's gettext object."""
    return std.translation("messages", str(TRANSLATIONS), [LANGUAGES[language]], fallback=language != DEFAULT)
