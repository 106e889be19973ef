"""`viewer doctor`: looks at the installation, or explains an error of the invoice cloud."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from operator import itemgetter
from typing import Any

import click

from viewer.archive.audit import Audit
from viewer.archive.doctor import Clues, Doctor, report, told
from viewer.archive.issuing import Issuings
from viewer.cli.commands import cli
from viewer.cli.language import _, spoken
from viewer.cli.tables import console, table
from viewer.config import Settings
from viewer.domain.checkup import CHECK_STATES, CHECKS, UNKNOWN_ERROR, UNKNOWN_TRACE, VERDICTS
from viewer.errors import CommandError
from viewer.gateway.client import Gateway
from viewer.store.database import open_database
from viewer.store.schema import check_version

MARKS = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}


@cli.command(help=_("Looks at everything this installation needs, or explains an error of the invoice cloud."))
@click.option(
    "--error", "text", help=_("An error's text or code, or a whole answer: explains it and tests its causes.")
)
@click.option("--client-id", default="", help=_("The clientId of the request that failed."))
@click.option("--tax-no", default="", help=_("The tax number of the request that failed."))
@click.option("--account", default="", help=_("The login account of the request that failed."))
@click.option("--serial-no", default="", help=_("The serial number that was asked for."))
@click.option("--token", default="", help=_("The access token that was used."))
@click.option("--json", "as_json", is_flag=True, help=_("As JSON."))
def doctor(
    text: str | None, client_id: str, tax_no: str, account: str, serial_no: str, token: str, as_json: bool
) -> None:
    with _opened_doctor() as opened:
        if text is None:
            found = report(opened.check_up(), _)
            _print(found, as_json, _print_report)
            if found["state"] == "failed":
                sys.exit(1)
            return
        clues = Clues(client_id=client_id, tax_no=tax_no, account=account, serial_no=serial_no, token=token)
        _print(told(opened.explain(text, clues), spoken(), _), as_json, _print_explanation)


@contextmanager
def _opened_doctor() -> Iterator[Doctor]:
    """A doctor who also works where the database doesn't."""
    settings = Settings.load()
    with ExitStack() as stack:
        gateway = Gateway(settings) if settings.gateway_url else None
        if gateway:
            stack.callback(gateway.close)
        issuings = None
        try:
            database = stack.enter_context(open_database(settings.database_url))
            check_version(database)
            issuings = Issuings(settings, database, gateway, Audit(settings, database))
        except CommandError:
            pass  # the check-up says so
        yield Doctor(settings, gateway=gateway, issuings=issuings)


def _print(found: dict[str, Any], as_json: bool, as_text: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        as_text(found)


def _print_report(found: dict[str, Any]) -> None:
    rows = table("", "", "")
    rows.show_header = False
    for name, state, message in map(itemgetter("name", "state", "message"), found["checks"]):
        rows.add_row(_(CHECKS[name]), _(CHECK_STATES[state]), message, style=MARKS[state])
    console().print(rows)


def _print_explanation(found: dict[str, Any]) -> None:
    out = console()
    if not found["known"]:
        out.print(_(UNKNOWN_ERROR))
        trace_id = found["trace_id"]
        out.print(f"traceId: {trace_id}" if trace_id else _(UNKNOWN_TRACE))
        return
    out.print(f"{found['meaning']} ({found['source']})", style="bold")
    if cause := found["cause"]:
        out.print(_("The cause: {message}").format(message=cause["message"]), style="bold")
    rows = table("#", _("What to check"), "", "")
    causes = map(itemgetter("cause", "state", "message"), found["causes"])
    for number, (words, state, message) in enumerate(causes, 1):
        rows.add_row(str(number), words, _(VERDICTS[state]), message)
    out.print(rows)
    if found["trace_id"]:
        out.print(f"traceId: {found['trace_id']}")
