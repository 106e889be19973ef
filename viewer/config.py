"""Settings: environment variables with the prefix VIEWER_, also read from `viewer.env` in the instance folder.

One frozen dataclass; each field's metadata says how to parse it and what it means, so that the documented table
(docs/settings.md) is made from it. An unknown VIEWER_ variable or a bad value is a `ConfigError` that names it.
"""

import dataclasses
import io
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream

from viewer.errors import N_, ConfigError

PREFIX = "VIEWER_"
ENV_FILE = "viewer.env"

LEAST_SECRET, LEAST_CHARACTERS = 32, 8
"""Characters of a secret, and how many different ones are among them at least."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Expected(ConfigError):
    """What a setting takes, in words; its parser raises it for anything else."""


def setting(parse: Callable[[str], object], default: str, meaning: str) -> Any:
    """A field whose text is parsed by `parse`; `default` is text too, so that the documentation shows what one would type."""
    return dataclasses.field(metadata={"parse": parse, "default": default, "meaning": meaning})


def text(value: str) -> str:
    return value.strip()


def optional(value: str) -> str | None:
    return value.strip() or None


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in allowed:
            raise Expected(N_("one of {allowed}"), allowed=", ".join(allowed))
        return value

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", value) or not least <= int(value) <= most:
            raise Expected(N_("a whole number from {least} to {most}"), least=least, most=most)
        return int(value)

    return parse


def seconds(least: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value) or float(value) < least:
            raise Expected(N_("seconds from {least}, such as 300 or 0.5"), least=least)
        return float(value)

    return parse


def address(value: str) -> str:
    """An address of a database or store; the rest of it is the library's to judge."""
    if value and not re.match(r"[a-z][a-z0-9+.-]*://", value):
        raise Expected(N_("an address with a scheme, such as {example}"), example="postgresql+psycopg://…, s3://…")
    return value


def http_url(value: str) -> str | None:
    if not value:
        return None
    parts = urlsplit(value) if host_port(value) else None
    if parts is None or parts.query or parts.fragment or "@" in parts.netloc:
        raise Expected(N_("an http or https address without user, password and query"))
    return value.rstrip("/")


def hosts(value: str) -> frozenset[str]:
    found = frozenset(value.lower().replace(",", " ").split())
    for host in found:
        if not re.fullmatch(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+):[0-9]{1,5}", host) or int(host.rpartition(":")[2]) > 65535:
            raise Expected(N_("host:port separated by spaces or commas, not {host}"), host=host)
    return found


def sources(value: str) -> str:
    """CSP host sources; a character that could end the directive is refused."""
    if re.search(r"[;,]|[^ -~]", value):
        raise Expected(N_("CSP sources separated by spaces"))
    return " ".join(value.split())


def networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in value.replace(",", " ").split())
    except ValueError as error:
        raise Expected(N_("addresses or networks such as 10.0.0.0/8, separated by spaces or commas")) from error


def codes(value: str) -> frozenset[str]:
    return frozenset(value.replace(",", " ").split())


def token_keys(value: str) -> tuple[tuple[str, bytes], ...]:
    """`name:secret` pairs. HS256 wants a secret of at least 256 bits (RFC 7518, 3.2), and readers hold what it signed: a
    weak one could be guessed at leisure."""
    found = {}
    for each in value.split():
        name, _, secret = each.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", name) or name in found:
            raise Expected(N_("name:secret pairs separated by spaces, each name once, such as 2026a:…"))
        if len(secret) < LEAST_SECRET or len(set(secret)) < LEAST_CHARACTERS:
            raise Expected(
                N_("secrets of at least {least} random characters; such as `openssl rand -hex 32` makes"),
                least=LEAST_SECRET,
            )
        found[name] = secret.encode("utf-8", "surrogateescape")
    return tuple(found.items())


def zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise Expected(N_("a time zone such as Asia/Shanghai")) from error


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation's settings; see `docs/settings.md`, which is made from this class."""

    instance: Path = setting(Path, "instance", "the folder that holds everything this installation owns")
    database_url: str = setting(address, "", "SQLAlchemy address of the database; empty: SQLite in the instance")
    blob_url: str = setting(address, "", "address of the store of originals; empty: a folder in the instance")
    gateway_url: str | None = setting(http_url, "", "base address of the invoice cloud; empty: imported bills only")
    client_id: str = setting(text, "", "the tenant's client id at the invoice cloud")
    client_secret: str = setting(text, "", "the tenant's client secret; also checks the ERP's signed calls")
    tax_no: str = setting(text, "", "the company's tax number")
    login_account: str = setting(
        text, "", "login account of who issues invoices at the tax bureau, usually a mobile number"
    )
    fpdk_type: str = setting(
        text, "3", "fpdk_type of asynchronous issuing; documented nowhere, ask the invoice cloud's people"
    )
    enc_type: Literal["0", "1", "2"] = setting(
        choice("0", "1", "2"),
        "2",
        "signature of calls: 0 MD5, 1 SHA-256, 2 HMAC-SHA256; weaker signed calls are refused",
    )
    public_url: str | None = setting(
        http_url, "", "scheme, host and path prefix that readers use; empty: as each request came in"
    )
    trusted_proxies: tuple[Network, ...] = setting(
        networks, "", "addresses whose X-Forwarded-For, -Proto and -Host are believed"
    )
    frame_ancestors: str = setting(sources, "'self'", "who may show the viewer in a frame (CSP sources)")
    file_hosts: frozenset[str] = setting(
        hosts,
        "",
        "host:port list from which files are fetched even where it is internal, besides the gateway's own; others must be public",
    )
    access: Literal["userkey", "token"] = setting(
        choice("userkey", "token"), "userkey", "userkey: the key opens the bill; token: signed links only"
    )
    token_keys: tuple[tuple[str, bytes], ...] = setting(
        token_keys,
        "",
        "keys with which the ERP signs embed tokens: name:secret separated by spaces; the first also signs those made here",
    )
    resolve_upstream: Literal["0", "1"] = setting(
        choice("0", "1"),
        "0",
        "1: a token's bill_id that isn't stored here is asked for at the invoice cloud (getUserKey)",
    )
    operator_token: str | None = setting(optional, "", "bearer token of the operator's pages (/doctor, /metrics)")
    timezone: ZoneInfo = setting(zone, "Asia/Shanghai", "time zone of the times shown")
    bill_ttl: float = setting(seconds(0), "300", "seconds after which a bill is asked for again when opened")
    unknown_errcodes: frozenset[str] = setting(
        codes, "1301", "errcodes with which the invoice cloud says that it doesn't know a userkey"
    )
    connect_timeout: float = setting(seconds(0.001), "3", "seconds to connect to the invoice cloud")
    upstream_deadline: float = setting(
        seconds(0.001), "15", "seconds for one call of the invoice cloud, retries included"
    )
    issue_deadline: float = setting(
        seconds(0.001), "60", "seconds for one request for an invoice, which isn't repeated"
    )
    download_deadline: float = setting(seconds(0.001), "60", "seconds for one file's download")
    max_file_bytes: int = setting(whole(1, 10**12), "100000000", "largest file that is fetched or imported, bytes")
    max_body_bytes: int = setting(whole(1000, 10**9), "1000000", "largest body of a request, bytes")
    bodies: int = setting(whole(1, 1000), "8", "bodies of requests that one server process reads at the same time")
    failed_lookups: int = setting(
        whole(1, 10**6),
        "30",
        "unknown or bad keys and tokens of one client in a minute; over it only stored keys and valid tokens are answered",
    )
    reader_pictures: int = setting(
        whole(1, 1000), "40", "pictures that one reader of a bill may have made at the same time, by one server process"
    )
    downloads: int = setting(whole(1, 1000), "24", "originals that one server process sends at the same time")
    reader_downloads: int = setting(whole(1, 1000), "8", "the same to one reader of a bill")
    waiting_requests: int = setting(
        whole(1, 1000), "16", "requests that wait for files at the same time in one server process"
    )
    upstream_requests: int = setting(
        whole(1, 1000), "24", "bills that one server process asks the invoice cloud for at the same time"
    )
    refreshes: int = setting(whole(1, 1000), "8", "the same because a reader wants them now")
    max_bill_files: int = setting(whole(1, 10**6), "2000", "most files of one bill; the rest stay unavailable")
    max_pixels: int = setting(whole(1, 10**10), "100000000", "largest source image, pixels")
    max_pages: int = setting(whole(1, 10**6), "1000", "most pages of one file")
    page_dpi: int = setting(whole(36, 1200), "300", "resolution at which a PDF page counts its pixels")
    page_edge: int = setting(whole(100, 20000), "6000", "longest edge of a PDF page, pixels")
    decoder_memory: int = setting(whole(2**28, 2**40), "1073741824", "address space of one decoder process, bytes")
    decoder_seconds: float = setting(seconds(0.001), "10", "wall time of one decoder task")
    decoder_pixels: int = setting(whole(1, 10**9), "36000000", "largest picture that is made, pixels")
    archive_entries: int = setting(whole(1, 10**6), "5000", "most entries of one ZIP archive")
    archive_bytes: int = setting(whole(1, 10**10), "300000000", "most that is unpacked of one archive, bytes")
    archive_ratio: int = setting(whole(1, 10**6), "200", "the same as a multiple of its own size (1 MB may always be)")
    watermark: Literal["off", "on"] = setting(
        choice("off", "on"), "off", "on: pictures of pages bear their reader's name (or address) and the hour"
    )
    audit_days: int = setting(whole(1, 36500), "730", "days for which the record of who saw what is kept")
    cache_bytes: int = setting(
        whole(10**6, 10**15), "10000000000", "most bytes of finished pictures; what was used longest ago goes first"
    )
    host: str = setting(text, "127.0.0.1", "address on which `viewer serve` listens")
    port: int = setting(whole(1, 65535), "8000", "port on which `viewer serve` listens")
    workers: int = setting(whole(0, 256), "0", "server processes; 0: one for each core")
    demo_erp_url: str | None = setting(http_url, "", "address of the demo ERP page; written by `viewer demo`")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Settings from the environment over the instance's `viewer.env`; raises ConfigError for the first bad one."""
        environ = os.environ if environ is None else environ
        instance = Path(environ.get("VIEWER_INSTANCE") or default_instance()).absolute()
        stored = read_env_file(instance / ENV_FILE)
        given = stored | {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        given["VIEWER_INSTANCE"] = str(instance)
        fields = {PREFIX + field.name.upper(): field for field in dataclasses.fields(cls)}
        for name in given:
            if name.startswith(PREFIX) and name not in fields:
                raise ConfigError(N_("{name} is not a setting; see docs/settings.md"), name=name)
        values = {}
        for name, field in fields.items():
            raw = given.get(name, field.metadata["default"])
            try:
                values[field.name] = field.metadata["parse"](raw)
            except Expected as error:
                raise ConfigError(N_("{name} is wrong: it takes {expected}"), name=name, expected=error) from error
        return cls(**cast(Any, values)).completed()

    def completed(self) -> "Settings":
        """The same with the places inside the instance filled in and, with a gateway, its credentials checked."""
        if self.gateway_url and not (self.client_id and self.client_secret):
            raise ConfigError(
                N_("{name} is missing: the gateway needs it"), name="VIEWER_CLIENT_ID / VIEWER_CLIENT_SECRET"
            )
        return dataclasses.replace(
            self,
            database_url=self.database_url or f"sqlite:///{self.instance / 'viewer.db'}",
            blob_url=self.blob_url or (self.instance / "blobs").as_uri(),
            workers=self.workers or os.cpu_count() or 1,
        )

    @property
    def derivatives(self) -> Path:
        return self.instance / "derivatives"

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """`host:port` of every server from which files may be fetched."""
        return self.file_hosts | ({host_port(self.gateway_url)} if self.gateway_url else set())


def read_env_file(path: Path) -> dict[str, str]:
    """The settings of a `viewer.env`; none where there is no such file. Raises ConfigError for a line that is none."""
    try:
        content = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(N_("{path} can't be read: {reason}"), path=path, reason=error) from error
    found = {}
    for line in parse_stream(io.StringIO(content)):
        if line.error or (line.key and line.value is None):
            raise ConfigError(N_("{path}, line {line}: this is not NAME=value"), path=path, line=line.original.line)
        if line.key == "VIEWER_INSTANCE":
            raise ConfigError(N_("{path} can't say where its own folder is: remove VIEWER_INSTANCE there"), path=path)
        if line.key:
            found[line.key] = line.value or ""
    return found


def host_port(url: str) -> str:
    """`host:port` of an http(s) address, with the scheme's own port filled in; "" where the address has no usable host.

    >>> host_port("https://Files.Example/x")
    'files.example:443'
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return ""
    host = (parts.hostname or "").lower()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}" if host else ""


def default_instance() -> Path:
    """`instance/` of the checkout; for an installed package, of the current folder."""
    checkout = Path(__file__).parents[1]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / "instance"
