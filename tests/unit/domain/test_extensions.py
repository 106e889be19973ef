"""A name whose extension says another kind than the content is."""

import pytest

from viewer.documents.sniff import IMAGES, OFD, PDF, XML, ZIP
from viewer.domain.extensions import EXTENSIONS, is_misnamed, right_extension


@pytest.mark.parametrize(
    ("extension", "media_type", "misnamed"),
    [
        ("pdf", "image/jpeg", True),
        ("JPEG", "image/jpeg", False),
        ("ofd", "application/zip", True),
        ("docx", "application/zip", False),
        ("", "image/png", False),
        ("exe", "application/octet-stream", False),
        ("pdf", None, False),
    ],
)
def test_an_extension_is_wrong_where_the_content_is_known_to_be_another_kind(
    extension: str, media_type: str | None, misnamed: bool
) -> None:
    assert is_misnamed(extension, media_type) is misnamed


def test_every_kind_that_we_know_has_an_extension() -> None:
    assert EXTENSIONS.keys() == IMAGES | {PDF, OFD, XML, ZIP}
    assert (right_extension(PDF), right_extension("image/jpeg"), right_extension("text/plain")) == ("pdf", "jpg", None)
