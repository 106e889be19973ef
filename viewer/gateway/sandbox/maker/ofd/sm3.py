"""The digest that signatures in OFDs name for every part they cover: SM3 (GM/T 0004-2012). Not every Python's OpenSSL has it."""

from struct import pack, unpack

_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_ALL = 0xFFFFFFFF


_CONSTANTS = [(0x79CC4519 if index < 16 else 0x7A879D8A, index % 32) for index in range(64)]
_ROUNDS = [(value << turn | value >> 32 - turn) & _ALL for value, turn in _CONSTANTS]


def sm3(content: bytes) -> bytes:
    """32 bytes."""
    padded = content + b"\x80" + bytes(-(len(content) + 9) % 64) + pack(">Q", len(content) * 8)
    state: tuple[int, ...] = _START
    for start in range(0, len(padded), 64):
        mixed = _compressed(state, _expanded(padded[start : start + 64]))
        state = tuple(one ^ other for one, other in zip(state, mixed, strict=True))
    return pack(">8L", *state)


def _expanded(block: bytes) -> list[int]:
    words = list(unpack(">16L", block))
    for index in range(16, 68):
        x, y = words[index - 3], words[index - 13]
        x = words[index - 16] ^ words[index - 9] ^ (x << 15 | x >> 17) & _ALL
        x ^= (x << 15 | x >> 17) & _ALL ^ (x << 23 | x >> 9) & _ALL
        words.append(x ^ (y << 7 | y >> 25) & _ALL ^ words[index - 6])
    return words


def _compressed(state: tuple[int, ...], words: list[int]) -> tuple[int, ...]:
    """64 rounds, their rotations written out: a call for each would take longer than all the rest."""
    a, b, c, d, e, f, g, h = state
    for index in range(64):
        turned = (a << 12 | a >> 20) & _ALL
        first = turned + e + _ROUNDS[index] & _ALL
        first = (first << 7 | first >> 25) & _ALL
        if index < 16:
            mixed, chosen = a ^ b ^ c, e ^ f ^ g
        else:
            mixed, chosen = a & b | a & c | b & c, e & f | ~e & g
        above = mixed + d + (first ^ turned) + (words[index] ^ words[index + 4]) & _ALL
        below = chosen + h + first + words[index] & _ALL
        a, b, c, d = above, a, (b << 9 | b >> 23) & _ALL, c
        below ^= (below << 9 | below >> 23) & _ALL ^ (below << 17 | below >> 15) & _ALL
        e, f, g, h = below, e, (f << 19 | f >> 13) & _ALL, g
    return a, b, c, d, e, f, g, h
