"""What a file is, by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.documents.sniff import BMP, GIF, JPEG, OTHER, PDF, PNG, TIFF, WEBP, XML, ZIP, sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\0" * 1000 + b"%PDF-1.4", PDF),
        (b"\xef\xbb\xbf%PDF-1.4", PDF),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", JPEG),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"GIF89a", GIF),
        (b"GIF87a", GIF),
        (b"BM\0\0", BMP),
        (b"RIFF\0\0\0\0WEBPVP8 ", WEBP),
        (b"RIFF\0\0\0\0WAVEfmt ", OTHER),
        (b"II*\0", TIFF),
        (b"MM\0*", TIFF),
        (b"PK\x03\x04", ZIP),
        (b'<?xml version="1.0"?>', XML),
        (b'\xef\xbb\xbf\r\n <?xml version="1.0"?>', XML),
        (b"<!doctype html>", OTHER),
        (b"<svg xmlns=", OTHER),
        (b"", OTHER),
        (b"\xff\xd8", OTHER),
        (b"\0" * 1020 + b"%PDF-1.4", OTHER),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@given(st.binary(max_size=64))
def test_any_bytes_are_something(head: bytes) -> None:
    assert "/" in sniff(head)
