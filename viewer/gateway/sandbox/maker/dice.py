"""Seeded randomness: each paper gets its own skew, symbols and light, and gets the same ones in every process."""

import hashlib
from random import Random

from viewer.gateway.sandbox.papers import Contract, Invoice, Itinerary, Paper, PastedSheet, Receipt, TrainTicket


def dice(paper: Paper, purpose: str) -> Random:
    """A generator for one `purpose`, so that drawing one thing more does not move everything drawn after it."""
    digest = hashlib.sha256(f"{purpose}|{_identity(paper)}".encode()).digest()
    return Random(digest)  # noqa: S311 - decoration, not a secret


def _identity(paper: Paper) -> str:
    match paper:
        case Invoice() | TrainTicket() | Receipt():
            return f"{paper.code}{paper.number}"
        case Itinerary():
            return f"{paper.title}{paper.passenger}"
        case Contract():
            return paper.title + "".join(party.name for party in paper.parties)
        case PastedSheet():
            return paper.name + "".join(piece.paper.number for piece in paper.pieces)
