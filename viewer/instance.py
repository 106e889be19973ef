"""The instance folder: what `viewer init` makes, and the database in it."""

import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.errors import N_, CommandError
from viewer.store.database import open_database
from viewer.store.schema import upgrade

SIGNING_KEY = "signing.key"
PICTURES, TOKENS = b"pictures", b"tokens"
"""What keys are for: each use derives its own."""


def init_instance(settings: Settings) -> None:
    """Makes folders, signing key and database; what is there already stays as it is."""
    with making(settings.instance) as instance:
        settings.derivatives.mkdir(exist_ok=True)
        _make_key(instance / SIGNING_KEY)
    Blobs(settings.blob_url, make=True)
    with open_database(settings.database_url, make=True) as database:
        upgrade(database)


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """The folder, made where it is missing. Raises CommandError where it, or what the `with` puts into it, can't be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # invoices are confidential
        yield folder
    except OSError as error:
        raise CommandError(
            N_("The folder {path} can't be made: {reason}"), path=folder, reason=error.strerror
        ) from error


def signing_keys(settings: Settings, use: bytes = PICTURES) -> list[bytes]:
    """The installation's own keys for one use: one a line, the first signs, the others are still believed.

    Raises CommandError where there is none.
    """
    path = settings.instance / SIGNING_KEY
    try:
        keys = [bytes.fromhex(line) for line in path.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise CommandError(N_("{path} can't be read: {reason}"), path=path, reason=error) from error
    if not keys:
        raise CommandError(N_("{path} holds no key; `viewer init` makes one where the file is missing."), path=path)
    return [hmac.digest(key, use, "sha256") for key in keys]


def _make_key(path: Path) -> None:
    """A secret of this installation, readable by its owner alone, never replaced."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
