"""The bytes of the files: drawn once from their papers, then kept in a folder, each named by its file id."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from viewer.gateway.sandbox import spec
from viewer.gateway.sandbox.papers import Invoice, Paper
from viewer.gateway.sandbox.shapes import DocumentForm
from viewer.gateway.sandbox.xml_invoice import xml_invoice

CONTENT_VERSION = "2"
"""Part of every file id: raise it when the papers are drawn differently, and all are drawn anew."""

_DAMAGED_BYTES = 20_000


@dataclass(frozen=True, kw_only=True)
class Task:
    """A document to make; plain text only, so that it travels to another process."""

    file_id: str
    form: DocumentForm
    paper: str
    broken: bool
    folder: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the cloud states of a made file: its size and its hash, the MD5 of its bytes in hex."""

    file_id: str
    size: int
    md5: str


def make_document(task: Task) -> Made:
    """Makes the file unless it is there. It takes its name only when complete, whoever else makes it meanwhile."""
    target = Path(task.folder) / task.file_id
    if target.exists():
        content = target.read_bytes()
    else:
        content = _bytes(spec.decode(task.paper), task.form, broken=task.broken)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{task.file_id}.{os.getpid()}.{secrets.token_hex(4)}")
        unfinished.write_bytes(content)
        unfinished.replace(target)
    return Made(file_id=task.file_id, size=len(content), md5=hashlib.md5(content, usedforsecurity=False).hexdigest())


def _bytes(paper: Paper, form: DocumentForm, *, broken: bool) -> bytes:
    if broken:
        return b"%PDF-1.7\n" + hashlib.shake_256(spec.encode(paper).encode()).digest(_DAMAGED_BYTES)
    if form == "xml":
        if not isinstance(paper, Invoice):
            raise TypeError("Only a fully digital invoice has an XML data file.")
        return xml_invoice(paper)
    if form == "upload":
        raise TypeError("What was uploaded can't be made again.")
    from viewer.gateway.sandbox.maker import make  # fonts and drawing take a moment that a filled sandbox doesn't need

    return make(paper, form)
