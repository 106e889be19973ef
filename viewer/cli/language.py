"""The language of this command: known before any help text is made."""

import gettext
import os
from collections.abc import Sequence

from viewer.errors import N_
from viewer.i18n import DEFAULT, LANGUAGES, TRANSLATIONS, catalogue

_spoken = DEFAULT


def speak(arguments: Sequence[str]) -> list[str]:
    """Takes the language from `--lang en` or `--lang=en`, wherever it stands; the arguments with it in front."""
    global _spoken
    _spoken = DEFAULT
    given = list(arguments)
    end = given.index("--") if "--" in given else len(given)
    for place, word in enumerate(given[:end]):
        if word == "--lang" or word.startswith("--lang="):
            option = given[place : place + 1 if "=" in word else place + 2]
            asked = option[-1].removeprefix("--lang=")
            _spoken = asked if asked in LANGUAGES else _spoken
            given = [*option, *given[:place], *given[place + len(option) :]]
            break
    # Click asks the standard library's gettext for its own words; it then finds them in our catalogue.
    gettext.bindtextdomain("messages", str(TRANSLATIONS))
    os.environ["LANGUAGE"] = LANGUAGES[_spoken]
    return given


def _(message: str) -> str:
    return catalogue(_spoken).gettext(message)


def spoken() -> str:
    return _spoken


def NN_(one: str, many: str) -> str:
    """Marks a message with a plural for extraction."""
    return many


CLICKS_OWN = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("default: {default}"),
    N_("required"),
    N_("Error: {message}"),
    N_("Try '{command} {option}' for help."),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Choose from:\n\t{choices}"),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
    N_("Option {name!r} does not take a value."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("file"),
    N_("directory"),
    N_("path"),
    NN_("{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}."),
    N_("Aborted!"),
    NN_("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    NN_("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    NN_("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    NN_("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)
"""The sentences of Click that our commands can show, so that the catalogue has them."""
