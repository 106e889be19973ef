"""What people write for us as JSON: read, checked by a schema, and each fault told with its place in the reader's language."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from viewer.errors import N_, CommandError


class Given(BaseModel):
    """Base of the schemas; an unknown field is a fault, since it is mostly a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, title="")


class Problem(NamedTuple):
    """What is wrong at a place, such as `items[0].unit`: `message` is a message id with the named `facts`."""

    place: str
    message: str
    facts: dict[str, Any]


MESSAGES = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("is not a known field; is it misspelt?"),
    "literal_error": N_("must be one of {expected}"),
    "string_type": N_("must be a text"),
    "string_unicode": N_("must be a text"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("has more than {max_length} characters"),
    "string_pattern_mismatch": N_("hasn't the form {pattern}"),
    "decimal_parsing": N_("must be a number, such as 12.50"),
    "decimal_type": N_("must be a number, such as 12.50"),
    "finite_number": N_("must be a number, such as 12.50"),
    "decimal_max_places": N_("has more than {decimal_places} decimals"),
    "decimal_max_digits": N_("has more than {max_digits} digits"),
    "decimal_whole_digits": N_("has too many digits"),
    "bool_type": N_("must be true or false"),
    "bool_parsing": N_("must be true or false"),
    "greater_than": N_("must be more than {gt}"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than_equal": N_("must be at most {le}"),
    "too_short": N_("must have at least one element"),
    "too_long": N_("has more than {max_length} elements"),
    "tuple_type": N_("must be a list"),
    "model_type": N_("must be an object with fields"),
}
"""By the validator's kinds of error; a schema adds those of its own rules."""


def read_json(content: bytes, *, name: object) -> Any:
    """What the file of this name holds. Raises CommandError that says where it is no JSON."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CommandError(N_("{name} is not UTF-8 text."), name=name) from error
    except json.JSONDecodeError as error:
        raise CommandError(
            N_("{name} holds no JSON: it is wrong in line {line} at column {column}."),
            name=name,
            line=error.lineno,
            column=error.colno,
        ) from error
    except ValueError as error:
        raise CommandError(N_("{name} holds a number with too many digits."), name=name) from error
    except RecursionError as error:
        raise CommandError(N_("{name} holds no JSON: its brackets are nested too deeply."), name=name) from error


def problems_of(error: ValidationError, own: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that a schema found wrong; `own` has the messages of the schema's own rules."""
    found = error.errors(include_url=False)
    inner = {each["loc"][:length] for each in found for length in range(len(each["loc"]))}
    for each in found:
        if each["type"] == "too_short" and each["loc"] in inner:
            continue  # a wrong element doesn't count as one, which says nothing new
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in each["loc"]).lstrip(".")
        message = {**MESSAGES, **own}.get(each["type"], N_("is wrong"))
        facts = dict(each.get("ctx") or {})
        if "expected" in facts:
            facts["expected"] = facts["expected"].replace(" or ", ", ")  # the validator's English
        yield Problem(place or "–", message, facts)
