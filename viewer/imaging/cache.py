"""Pictures made once: a file each, named by the source's content, the request and this engine's version."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from viewer.flight import SingleFlight

ENGINE = "1"
"""Goes up when the same request would give other pixels, so that old pictures are not used any more."""


class RenditionCache:
    """A folder of finished pictures; a file there is whole, whenever the process was killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._making = SingleFlight[None]()

    def get(self, *, sha256: str, number: int, canonical: str, make: Callable[[], bytes]) -> Path:
        """The picture's file, made by `make` if it isn't there; asked for twice at once, it is made once."""
        name = hashlib.sha256(f"{ENGINE}/{sha256}/{number}/{canonical}".encode()).hexdigest()
        path = self._folder / name[:2] / name
        if not path.exists():
            self._making.run(name, lambda: _write(path, make()))
        return path


def _write(path: Path, content: bytes) -> None:
    """Under a temporary name first: what bears the final name is complete, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
