"""The language of this command: known before any help text is made."""

from collections.abc import Callable, Sequence

from viewer.i18n import DEFAULT, LANGUAGES, catalogue

_spoken = DEFAULT


def speak(arguments: Sequence[str]) -> Callable[[str], str]:
    """Takes the language from `--lang en` or `--lang=en` among the arguments; the translating function."""
    global _spoken
    words = iter(arguments)
    for word in words:
        asked = next(words, "") if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and asked in LANGUAGES:
            _spoken = asked
            break
    return _


def _(message: str) -> str:
    return catalogue(_spoken).gettext(message)


def spoken() -> str:
    return _spoken
