"""ASN.1 values in the distinguished encoding (X.690): as much of it as seals and their certificates need."""


def _value(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def sequence(*members: bytes) -> bytes:
    return _value(0x30, b"".join(members))


def set_of(member: bytes) -> bytes:
    return _value(0x31, member)


def tagged(number: int, member: bytes) -> bytes:
    """A member behind an explicit tag of its own."""
    return _value(0xA0 | number, member)


def integer(value: int) -> bytes:
    """Of a value that isn't negative."""
    return _value(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(content: bytes) -> bytes:
    """Whole bytes only."""
    return _value(0x03, b"\0" + content)


def octets(content: bytes) -> bytes:
    return _value(0x04, content)


def identifier(dotted: str) -> bytes:
    """An object identifier; the first two numbers share a byte, each further one is written in base 128."""
    first, second, *others = map(int, dotted.split("."))
    content = bytes((first * 40 + second,))
    for each in others:
        digits = [each & 0x7F]
        while each := each >> 7:
            digits.insert(0, 0x80 | each & 0x7F)
        content += bytes(digits)
    return _value(0x06, content)


def utf8(text: str) -> bytes:
    return _value(0x0C, text.encode())


def ia5(text: str) -> bytes:
    return _value(0x16, text.encode("ascii"))


def utc_time(text: str) -> bytes:
    """`yymmddHHMMSSZ`."""
    return _value(0x17, text.encode("ascii"))


def generalized_time(text: str) -> bytes:
    """`yyyymmddHHMMSSZ`."""
    return _value(0x18, text.encode("ascii"))
