"""What a doctor looks at from outside: names, certificates, clocks, and what the sandbox alone tells of an issuer."""

import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from viewer.config import host_port
from viewer.gateway.issuing_guard import PROOF, PROOF_PATH

SECONDS = 5.0


def addresses(url: str) -> list[str]:
    """The addresses that the host's name has here. Raises OSError."""
    host, _, port = host_port(url).rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def certificate_end(url: str) -> datetime:
    """When the server's certificate, which is checked on the way, runs out. Raises OSError (ssl.SSLError is one)."""
    host, _, port = host_port(url).rpartition(":")
    with (
        socket.create_connection((host.strip("[]"), int(port)), SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host.strip("[]")) as secure,
    ):
        told = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def clock_offset(url: str) -> float | None:
    """By how many seconds the server's clock is ahead of ours; None where it doesn't tell. Raises requests' errors, all of
    which are OSErrors."""
    with requests.get(url, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
        told = answer.headers.get("Date")
    try:
        return (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds() if told else None
    except (ValueError, TypeError):
        return None


def is_sandbox(base_url: str) -> bool:
    """Whether our sandbox answers there."""
    try:
        return requests.get(base_url + PROOF_PATH, timeout=SECONDS, allow_redirects=False).text == PROOF
    except requests.RequestException:
        return False


def missing_of_issuer(base_url: str, *, client_id: str, tax_no: str, account: str) -> str | None:
    """What the sandbox can't find of an issuer: clientId, taxNo or account, in this order; None where nothing is missing.
    Raises requests' errors."""
    asked = {"clientId": client_id, "taxNo": tax_no, "account": account}
    answer = requests.get(f"{base_url}/_sandbox/issuer", params=asked, timeout=SECONDS)
    missing: str | None = answer.json()["missing"]
    return missing


def host_of(url: str) -> str:
    return urlsplit(url).hostname or url
