"""An original's bytes over HTTP: validated, in ranges, never as something a browser would run."""

from urllib.parse import quote

from flask import Response, request
from werkzeug.http import dump_options_header

from viewer.archive.turns import Quota
from viewer.blobs import Blobs
from viewer.documents.sniff import IMAGES, OTHER, PDF
from viewer.domain.extensions import right_extension
from viewer.errors import BadRange
from viewer.store.models import File

SHOWN_INLINE = IMAGES | {PDF}


def send_original(file: File, blobs: Blobs, *, download: bool, sending: Quota, reader: str) -> Response:
    """The stored bytes with ETag and Range; attached with the original name on `download` and for types not shown.

    Raises BadRange, and TooManyRequests where too many are being sent: each holds a thread for as long as its reader takes.
    """
    assert file.sha256
    assert file.size is not None
    media_type = file.media_type or OTHER
    response = Response(mimetype=media_type)
    response.set_etag(file.sha256)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    kind = "attachment" if download or media_type not in SHOWN_INLINE else "inline"
    response.headers["Content-Disposition"] = disposition(kind, file_name(file))
    start, end = asked_range(file.size, etag=file.sha256)
    if (start, end) != (0, file.size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    response.content_length = end - start
    response.make_conditional(request)
    if request.method != "HEAD" and response.status_code != 304:
        sending.enter(reader)
        response.response = blobs.pieces(file.sha256, start=start, end=end)
        response.call_on_close(lambda: sending.leave(reader))
    return response


def asked_range(size: int, *, etag: str) -> tuple[int, int]:
    """First byte and the one after the last of the asked range; the whole file where none or several are asked for.

    Raises BadRange for one that lies outside. An If-Range that names another version gives the whole file.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return 0, size
    if request.if_range.etag is not None and request.if_range.etag != etag:
        return 0, size
    start, _ = asked.ranges[0]
    if size and start is not None and start <= -size:
        return 0, size  # the last so many bytes, more than there are: all of them (RFC 9110, 14.1.2)
    found = asked.range_for_length(size)
    if found is None:
        raise BadRange(size=size)
    return found


def file_name(file: File) -> str:
    """The original file name, with the extension that fits its content where it has none."""
    name = file.name or file.file_id
    extension = right_extension(file.media_type)
    return name if "." in name or not extension else f"{name}.{extension}"


def disposition(kind: str, name: str) -> str:
    """Content-Disposition with a name in any script (RFC 6266: in ASCII for old readers, then as it is); nothing in it
    can end the header or name another folder."""
    safe = "".join(char if char.isprintable() and char not in '"\\/' else "_" for char in name)
    plain = "".join(char if char.isascii() else "_" for char in safe)
    names = {"filename": plain} if plain == safe else {"filename": plain, "filename*": f"UTF-8''{quote(safe, safe='')}"}
    return dump_options_header(kind, names)
