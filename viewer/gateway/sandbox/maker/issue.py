"""What the issuer's machine and people add to an older VAT invoice, and no record of it names."""

from viewer.gateway.sandbox.maker.dice import dice
from viewer.gateway.sandbox.papers import Invoice

_CIPHER = "0123456789+-*/<>"
_ROWS, _COLUMNS = 4, 28


def machine_no(invoice: Invoice) -> str:
    """机器编号: the 12 digits of the tax control device."""
    return "".join(dice(invoice, "machine").choices("0123456789", k=12))


def cipher(invoice: Invoice) -> tuple[str, ...]:
    """密码区: the four rows of 28 signs that the tax control device prints."""
    symbols = dice(invoice, "cipher")
    return tuple("".join(symbols.choice(_CIPHER) for _ in range(_COLUMNS)) for _ in range(_ROWS))


def staff(invoice: Invoice) -> tuple[str, str]:
    """收款人 and 复核."""
    people = dice(invoice, "staff")
    return people.choice(("何敏", "陆青", "程露", "沈禾")), people.choice(("陶然", "温岚", "贺川", "乔木"))
