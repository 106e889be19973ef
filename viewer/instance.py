"""The instance folder: what `viewer init` makes, and the database in it."""

import os
import secrets
from pathlib import Path

from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.errors import N_, CommandError
from viewer.store.database import open_database
from viewer.store.schema import upgrade

SIGNING_KEY = "signing.key"


def init_instance(settings: Settings) -> None:
    """Makes folders, signing key and database; what is there already stays as it is."""
    try:
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # invoices are confidential
        settings.derivatives.mkdir(exist_ok=True)
        _make_key(settings.instance / SIGNING_KEY)
    except OSError as error:
        raise CommandError(
            N_("The instance folder {path} can't be made: {reason}"), path=settings.instance, reason=error.strerror
        ) from error
    Blobs(settings.blob_url)
    with open_database(settings.database_url, make=True) as database:
        upgrade(database)


def _make_key(path: Path) -> None:
    """A secret of this installation, readable by its owner alone, never replaced."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
