"""The product's sentences and their translations: `python -m tests.messages` checks, `--update` merges new sentences in.

Sentences come from the package and the templates. The catalogue holds them sorted and without places or dates, so that
it changes only where a sentence does.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
SOURCES = {"python": ("viewer", "*.py"), "jinja2": ("templates", "*.html")}
KEYWORDS = {"_": None, "N_": None, "NN_": (1, 2), "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"encoding": "utf-8", "silent": "false"}
CATALOGUE = ROOT / "viewer/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
LOCALE = "zh_Hans_CN"
WIDTH = 120
HEADER = f"""\
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
PLACEHOLDER = re.compile(r"\{\w+(?:!\w)?\}|%\(\w+\)[a-z]")


def extracted(root: Path = ROOT) -> Catalog:
    """Every sentence of the package and the templates, untranslated."""
    found = Catalog(locale=LOCALE)
    for method, (folder, pattern) in SOURCES.items():
        for path in sorted((root / folder).rglob(pattern)):
            for _, message, _, context in extract_from_file(method, path, keywords=KEYWORDS, options=OPTIONS):
                found.add(message, context=context)
    return found


def parsed(text: str) -> Catalog:
    """The catalogue that a .po file's text holds."""
    return read_po(io.BytesIO(text.encode()), locale=LOCALE)


def merged(catalogue: Catalog, sentences: Catalog) -> str:
    """The .po text with exactly these sentences: known ones keep their translation, new ones have none yet."""
    catalogue.update(sentences, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.previous_id = []
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=WIDTH, no_location=True, omit_header=True, sort_output=True)
    return HEADER + buffer.getvalue().decode().lstrip("\n")


def problems(catalogue: Catalog, sentences: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue, a line for each message."""
    for message in sentences:
        if message.id:
            known = catalogue.get(message.id, message.context)
            if fault := _fault(known):
                yield f"{fault}: {_shown(message)}"
    for message in (*catalogue, *catalogue.obsolete.values()):
        if message.id and sentences.get(message.id, message.context) is None:
            yield f"no longer used: {_shown(message)}"


def _fault(message: Message | None) -> str | None:
    translations = () if message is None else _texts(message.string)
    if message is None or not translations or not all(translations):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    forms = [_placeholders(text) for text in _texts(message.id)]
    if any(_placeholders(text) not in forms for text in translations):
        return "other placeholders"
    return None


def _texts(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _shown(message: Message) -> str:
    return _texts(message.id)[0]


def main(arguments: list[str]) -> int:
    catalogue = parsed(CATALOGUE.read_text("utf-8") if CATALOGUE.exists() else HEADER)
    if arguments == ["--update"]:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(merged(catalogue, extracted()), "utf-8")
        catalogue = parsed(CATALOGUE.read_text("utf-8"))
    found = list(problems(catalogue, extracted()))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
