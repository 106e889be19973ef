"""What a file is, by its content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.papers import archive
from viewer.documents.sniff import AVIF, BMP, GIF, HEIC, JP2, JPEG, OFD, OTHER, PDF, PNG, TIFF, WEBP, XML, ZIP, sniff


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
        (b"BM" + b"\0" * 12 + b"\x28\0\0\0", BMP),
        (b"BMW 320i, car rental", OTHER),
        (b"II+\0\x08\0\0\0", TIFF),
        (b"MM\0+\0\x08\0\0", TIFF),
        (b"\0\0\0\x0cjP  \r\n\x87\n", JP2),
        (b"\xff\x4f\xff\x51\0", JP2),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf", AVIF),
        (b"\0\0\0\x1cftypheic\0\0\0\0mif1heic", HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", AVIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", HEIC),
        (b"\0\0\0\x10ftypmif1\0\0\0\0heic", HEIC),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp41heic", OTHER),
        (archive("OFD.xml", "Doc_0/Document.xml"), OFD),
        (archive("Doc_0/Document.xml", "ofd.xml"), OFD),
        (archive("Doc_0/OFD.xml"), ZIP),
        (archive(*(f"{number}.pdf" for number in range(5000)), "OFD.xml"), ZIP),
        (archive("OFD.xml")[:-9], ZIP),
        (archive(), ZIP),
        (b"RIFF\0\0\0\0WEBPVP8 ", WEBP),
        (b"RIFF\0\0\0\0WAVEfmt ", OTHER),
        (b"II*\0", TIFF),
        (b"MM\0*", TIFF),
        (b"PK\x03\x04", ZIP),
        (b'<?xml version="1.0"?>', XML),
        (b'\xef\xbb\xbf\r\n <?xml version="1.0"?>', XML),
        (b"<EInvoice><Header/></EInvoice>", XML),
        (b"<rai:xbrl xmlns:rai='a'/>", XML),
        (b"<EInvoices>", OTHER),
        (b"<!doctype html>", OTHER),
        (b"<svg xmlns=", OTHER),
        (b"", OTHER),
        (b"\xff\xd8", OTHER),
        (b"\0" * 1020 + b"%PDF-1.4", OTHER),
    ],
)
def test_a_file_is_what_its_content_says(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=64).map(lambda tail: archive("OFD.xml")[:40] + tail)))
def test_any_bytes_are_something(head: bytes) -> None:
    assert "/" in sniff(head)
