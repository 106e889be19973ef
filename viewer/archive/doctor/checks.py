"""What an installation needs, looked at one by one: none stops the others."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from viewer import fonts
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.domain.issuing import environment_of
from viewer.domain.tax_number import is_tax_number
from viewer.errors import N_, UpstreamRefused, ViewerError
from viewer.gateway import probe
from viewer.gateway.client import Gateway
from viewer.store.database import open_database
from viewer.store.schema import check_version

State = Literal["ok", "warning", "failed", "skipped"]

FREE_WARNING, FREE_FAILURE = 2_000_000_000, 200_000_000
"""Bytes free on the instance's disk below which it is told, and below which nothing can be fetched any more."""
SKEW_WARNING, SKEW_FAILURE = 30.0, 300.0
"""Seconds; a signature whose timestamp is five minutes off isn't taken."""
CERTIFICATE_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Check:
    """One look: `message` is a message id with the named `facts`."""

    name: str
    state: State
    message: str
    facts: dict[str, object] = field(default_factory=dict)


def worded(message: str, facts: Mapping[str, object], translate: Callable[[str], str]) -> str:
    """A message in the language of `translate`, its facts filled in; an error among them in its own words."""
    told = {name: fact.text(translate) if isinstance(fact, ViewerError) else fact for name, fact in facts.items()}
    return translate(message).format(**told)


Found = tuple[State, str, dict[str, object]]
NO_GATEWAY: Found = ("skipped", N_("No invoice cloud is configured (VIEWER_GATEWAY_URL): imported bills only."), {})


class Checks:
    def __init__(self, settings: Settings, gateway: Gateway | None, decoders: Decoders | None) -> None:
        self._settings = settings
        self._gateway = gateway
        self._decoders = decoders

    def all(self) -> list[Check]:
        looks: dict[str, Callable[[], Found]] = {
            "configuration": self._configuration,
            "environment": self._environment,
            "dns": self._dns,
            "tls": self._tls,
            "clock": self.clock,
            "credentials": self._credentials,
            "database": self._database,
            "blobs": self._blobs,
            "fonts": self._fonts,
            "decoders": self._decoding,
            "disk": self._disk,
        }
        return [self._look(name, look) for name, look in looks.items()]

    def clock(self) -> Found:
        """How far our clock is from the cloud's, by its Date header: signatures carry a timestamp."""
        if not self._settings.gateway_url:
            return NO_GATEWAY
        ahead = probe.clock_offset(self._settings.gateway_url)
        if ahead is None:
            return "skipped", N_("The server doesn't tell its time."), {}
        facts: dict[str, object] = {"seconds": f"{abs(ahead):.0f}"}
        if abs(ahead) < SKEW_WARNING:
            return "ok", N_("This machine's clock and the invoice cloud's agree within {seconds} s."), facts
        words = N_(
            "This machine's clock is {seconds} s off the invoice cloud's. Set it by NTP: signatures carry the time."
        )
        return ("failed" if abs(ahead) >= SKEW_FAILURE else "warning"), words, facts

    def _look(self, name: str, look: Callable[[], Found]) -> Check:
        try:
            state, message, facts = look()
        except ViewerError as error:
            state, message, facts = "failed", "{error}", {"error": error}
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one part, the others are looked at
            state, message = "failed", N_("It doesn't answer: {reason}")
            facts = {"reason": f"{type(error).__name__}: {error}".partition("\n")[0]}
        return Check(name=name, state=state, message=message, facts=facts)

    def _configuration(self) -> Found:
        settings = self._settings
        if settings.tax_no and not is_tax_number(settings.tax_no):
            return (
                "warning",
                N_("VIEWER_TAX_NO {tax_no} is no tax number: its check character is wrong."),
                {"tax_no": settings.tax_no},
            )
        missing = [
            f"VIEWER_{name.upper()}"
            for name in ("gateway_url", "tax_no", "login_account", "public_url", "operator_token")
            if not getattr(settings, name)
        ]
        if missing:
            return "ok", N_("It is read. Not set: {names}."), {"names": ", ".join(missing)}
        return "ok", N_("It is read."), {}

    def _environment(self) -> Found:
        url = self._settings.gateway_url
        if not url:
            return NO_GATEWAY
        environment = environment_of(url)
        if environment == "test":
            words = N_(
                "The test environment: synchronous issuing is simulated; whether asynchronous issuing is, is documented nowhere."
            )
            return "ok", words, {}
        if environment == "sandbox" and probe.is_sandbox(url):
            return "ok", N_("The sandbox: issuing is simulated."), {}
        if environment == "sandbox":
            return (
                "warning",
                N_("{url} is a loopback address, but no sandbox answers there: it counts as production."),
                {"url": url},
            )
        return "ok", N_("{url} counts as production: issuing is real, and refused without both words."), {"url": url}

    def _dns(self) -> Found:
        if not self._settings.gateway_url:
            return NO_GATEWAY
        found = probe.addresses(self._settings.gateway_url)
        host = probe.host_of(self._settings.gateway_url)
        return "ok", N_("{host} is {addresses}."), {"host": host, "addresses": ", ".join(found)}

    def _tls(self) -> Found:
        url = self._settings.gateway_url
        if not url:
            return NO_GATEWAY
        if not url.startswith("https:"):
            here = environment_of(url) == "sandbox"
            words = N_("{url} isn't encrypted: anybody on the way reads keys and invoices.")
            return ("skipped", N_("The sandbox has no TLS."), {}) if here else ("warning", words, {"url": url})
        days = (probe.certificate_end(url) - datetime.now(UTC)).days
        words = N_("The server's certificate is valid, for {days} more days.")
        return ("ok" if days >= CERTIFICATE_DAYS else "warning"), words, {"days": days}

    def _credentials(self) -> Found:
        if self._gateway is None:
            return NO_GATEWAY
        try:
            granted = self._gateway.issuing.grant()
        except UpstreamRefused as error:
            words = N_("The invoice cloud gives no token for VIEWER_CLIENT_ID {client_id}: {errcode} {description}")
            told = {"errcode": error.errcode, "description": error.description}
            return "failed", words, {"client_id": self._settings.client_id, **told}
        words = N_("The invoice cloud gave an access token for {seconds} s.")
        return "ok", words, {"seconds": f"{granted.seconds:.0f}"}

    def _database(self) -> Found:
        with open_database(self._settings.database_url) as database:
            check_version(database)
            return "ok", N_("{database} answers and has this version's schema."), {"database": database.name}

    def _blobs(self) -> Found:
        Blobs(self._settings.blob_url).check()
        return "ok", N_("The store of originals answers."), {}

    def _fonts(self) -> Found:
        wanted = (fonts.SERIF_SC, fonts.SANS_SC, fonts.KAI_SC, fonts.SANS, fonts.MONO, fonts.SERIF)
        missing = [path.name for path in wanted if not path.is_file()]
        if missing:
            words = N_("These fonts are missing, and some texts won't show: {names}. Install the viewer anew.")
            return "failed", words, {"names": ", ".join(missing)}
        return "ok", N_("All {count} fonts are there."), {"count": len(wanted)}

    def _decoding(self) -> Found:
        if self._decoders:
            self._decoders.check()
        else:
            with closing(Decoders(self._settings, processes=1)) as decoders:
                decoders.check()
        return "ok", N_("A decoder process answers."), {}

    def _disk(self) -> Found:
        free = shutil.disk_usage(self._settings.instance).free
        state: State = "ok" if free >= FREE_WARNING else "warning" if free >= FREE_FAILURE else "failed"
        return (
            state,
            N_("{free} GB are free at {path}."),
            {"free": f"{free / 1e9:.1f}", "path": self._settings.instance},
        )
