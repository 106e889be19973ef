"""The store of originals, with the first picture that may lie beside each."""

from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError

from viewer.blobs import Blobs

SHA256 = "ab" * 32


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """With an original and its first picture."""
    (tmp_path / "file").write_bytes(b"original")
    made = Blobs((tmp_path / "blobs").as_uri(), make=True)
    made.put(SHA256, tmp_path / "file")
    made.put_first(SHA256, b"first")
    return made


def test_an_original_goes_with_its_first_picture_and_that_goes_alone_too(blobs: Blobs) -> None:
    blobs.delete_first(SHA256)
    assert (blobs.get(SHA256), blobs.first(SHA256)) == (b"original", None)
    blobs.put_first(SHA256, b"first")
    blobs.delete(SHA256)
    assert (blobs.has(SHA256), blobs.first(SHA256)) == (False, None)
    blobs.delete(SHA256)


def test_who_is_killed_while_an_original_goes_leaves_no_picture_of_it(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = obstore.delete

    def killed(store: object, key: str) -> None:
        delete(store, key)  # type: ignore[arg-type]
        if not key.startswith("first/"):
            raise KeyboardInterrupt

    monkeypatch.setattr(obstore, "delete", killed)
    with pytest.raises(KeyboardInterrupt):
        blobs.delete(SHA256)
    assert (blobs.has(SHA256), blobs.first(SHA256)) == (False, None)


def test_a_first_picture_that_cannot_be_had_is_none(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise GenericError("the store broke off")

    monkeypatch.setattr(obstore, "get", broken)
    assert blobs.first(SHA256) is None
