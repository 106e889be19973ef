"""The 18-character unified social credit code that companies have as their tax number (GB 32100-2015)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def is_tax_number(text: str) -> bool:
    """Whether the form and the check character are right. Older numbers, of 15 or 20 characters, have no check character and
    count as right.

    >>> is_tax_number("91330106MA7QY2X8XR")
    True
    >>> is_tax_number("91330106MA7QY2X8XT")
    False
    """
    if len(text) in (15, 20):
        return text.isalnum()
    if len(text) != LENGTH or not set(text) <= set(ALPHABET):
        return False
    weighted = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(text[:-1]))
    return ALPHABET[-weighted % 31] == text[-1]
