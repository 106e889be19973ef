"""Reading an answer's body under a cap and a deadline: requests' own timeouts only bound the pause between two bytes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3

from viewer.errors import UpstreamTimeout, UpstreamUnreachable

PIECE = 256 * 1024


class Deadline:
    """A point in time for a whole exchange, retries and all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises UpstreamTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise UpstreamTimeout(seconds=f"{self.seconds:g}")
        return left


def body(response: requests.Response, *, deadline: Deadline, limit: int) -> Iterator[bytes]:
    """The body's pieces as they arrive. Raises OverflowError past `limit` bytes, UpstreamTimeout past the deadline, and
    UpstreamUnreachable where fewer bytes come than were announced."""
    announced = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    if announced.isdigit() and int(announced) > limit:
        raise OverflowError
    count = 0
    while piece := response.raw.read1(PIECE, decode_content=True):
        deadline.left()
        count += len(piece)
        if count > limit:
            raise OverflowError
        yield piece
    if announced.isdigit() and not encoded and count != int(announced):
        raise UpstreamUnreachable(reason=f"{count} of {announced} bytes")


@contextmanager
def told_apart(deadline: Deadline) -> Iterator[None]:
    """Turns what requests and urllib3 raise into the error tree."""
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise UpstreamTimeout(seconds=f"{deadline.seconds:g}") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise UpstreamUnreachable(reason=type(error).__name__) from error
