"""From the texts of a document to values; None for a text that isn't clearly one."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

Reader = Callable[[str | None], str | None]
"""From a text to a value, or None."""
LONGEST = 300
"""Characters of a name; what is longer is no name."""
LONGEST_REMARK = 2000
AMOUNT = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,8})?")
NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?")
DIGITS_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}(?:\d{3})?)?")
TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*", re.DOTALL)
ASTERISKS = re.compile(r"[*-]+")


def text(value: str | None, most: int = LONGEST) -> str | None:
    """The text with its runs of white space as one space; None for none, or for more than `most` characters."""
    if value is None or len(value) > 4 * LONGEST_REMARK:
        return None
    found = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return found if 0 < len(found) <= most else None


def name(value: str | None) -> str | None:
    """A company's or person's name."""
    return text(value)


def remark(value: str | None) -> str | None:
    return text(value, LONGEST_REMARK)


def invoice_no(value: str | None) -> str | None:
    """8 digits, or the 20 of a fully digital invoice; other papers' numbers are of other lengths."""
    return _matching(r"[0-9A-Z]{6,30}", value)


def invoice_code(value: str | None) -> str | None:
    """10 or 12 digits; a fully digital invoice has none."""
    return _matching(r"[0-9]{10}|[0-9]{12}", value)


def tax_no(value: str | None) -> str | None:
    """A 统一社会信用代码 (18) or an older 纳税人识别号 (15 to 20 characters)."""
    return _matching(r"[0-9A-Z]{15,20}", value)


def check_code(value: str | None) -> str | None:
    """20 digits, printed in groups of five."""
    return _matching(r"[0-9]{20}", value)


def issued(value: str | None) -> str | None:
    """The day as ISO: of 2026年9月14日, 2026-09-14 10:00:00, 20260914."""
    written = TIME.sub("", (text(value) or "").strip()).replace(" ", "")
    found = DATE.fullmatch(written) or DIGITS_DATE.fullmatch(written)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part)).isoformat()
    except ValueError:
        return None


def amount(value: str | None) -> str | None:
    """An exact decimal with two places at least; more where it has more."""
    written = _narrow(value).removeprefix("¥").removesuffix("元")
    if not AMOUNT.fullmatch(written):
        return None
    found = Decimal(written.replace(",", ""))
    cents = found.quantize(Decimal("0.01"))
    return f"{cents:.2f}" if cents == found else f"{found.normalize():f}"


def number(value: str | None) -> str | None:
    """A quantity or price as it is written, without zeros behind."""
    written = _narrow(value).removeprefix("¥").replace(",", "")
    if not NUMBER.fullmatch(written):
        return None
    return (written.rstrip("0").rstrip(".") or "0") if "." in written else written


def rate(value: str | None) -> str | None:
    """A tax rate in per cent: of "0.06", "6%", ".06"; words such as 免税 as they are."""
    written = _narrow(value)
    fraction = re.fullmatch(r"0?(\.\d{1,6})|0|1(?:\.0+)?", written)
    if fraction:
        return f"{(Decimal(written) * 100).normalize():f}%"
    whole = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)%", written)
    if whole:
        return f"{Decimal(whole[1]).normalize():f}%"
    return None if not written or ASTERISKS.fullmatch(written) else text(value, 20)


def the_one(values: Iterable[str | None]) -> str | None:
    """The value that all of them are that are any; None where two of them differ."""
    found = {value for value in values if value is not None}
    return found.pop() if len(found) == 1 else None


def _matching(pattern: str, value: str | None) -> str | None:
    written = _narrow(value).upper()
    return written if re.fullmatch(pattern, written) else None


def _narrow(value: str | None) -> str:
    """Without spaces, with digits and signs in their narrow form, ￥ as ¥."""
    return "".join(unicodedata.normalize("NFKC", text(value) or "").split())
