"""What an operator keeps and lets go: `viewer audit` and `viewer purge`."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

import click

from viewer.archive.audit import Audit
from viewer.archive.purging import Purging
from viewer.blobs import Blobs
from viewer.cli.language import _
from viewer.cli.shared import Integer
from viewer.cli.tables import console, table
from viewer.config import Settings
from viewer.errors import N_, CommandError
from viewer.store.database import open_database
from viewer.store.ledger import AuditRow
from viewer.store.ledger_queries import AuditFilter
from viewer.store.schema import check_version
from viewer.web.words import size as size_text

COLUMNS = (
    *("at", "reader", "token_id", "client", "action", "what", "bill_no", "bill_id", "branch_id"),
    *("serial_nos", "attachment_ids"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for a formula by; a reader's name may begin so."""


@click.command(help=_("Shows or exports who saw what. Times are those of VIEWER_TIMEZONE."))
@click.option("--bill", help=_("Only this bill: its number, its id in the ERP, or its userkey."))
@click.option("--invoice", "serial_no", metavar="SERIAL_NO", help=_("Only what showed this invoice."))
@click.option("--reader", help=_("Only this reader (a token's sub, or userkey)."))
@click.option(
    "--action",
    help=_(
        "Only this action: view, print, download, original, rotate, refresh, purge, “issue simulated”, “issue real”."
    ),
)
@click.option("--client", metavar="ADDRESS", help=_("Only from this address."))
@click.option("--since", type=click.DateTime(), help=_("From this time on."))
@click.option("--until", type=click.DateTime(), help=_("Before this time."))
@click.option("--json", "as_json", is_flag=True, help=_("As JSON, one object a line."))
@click.option("--csv", "as_csv", is_flag=True, help=_("As CSV."))
def audit(as_json: bool, as_csv: bool, since: datetime | None, until: datetime | None, **wanted: str | None) -> None:
    settings = Settings.load()
    zone = settings.timezone
    asked = AuditFilter(**wanted, since=_in_zone(since, zone), until=_in_zone(until, zone))
    with open_database(settings.database_url) as database:
        check_version(database)
        rows = (_told(row, zone) for row in Audit(settings, database).read(asked))
        if as_json:
            for row in rows:
                click.echo(json.dumps(row, ensure_ascii=False))
        elif as_csv:
            _print_csv(rows)
        else:
            _print_table(rows)


@click.command(
    help=_("Removes bills with their files and pictures; without --yes it only says which. The audit stays.")
)
@click.argument("names", nargs=-1, metavar="[BILL]…")
@click.option("--before", type=click.DateTime(), help=_("Bills last asked for or imported before this time."))
@click.option("--days", type=Integer(1), help=_("The same, so many days ago."))
@click.option("--yes", is_flag=True, help=_("Really removes them."))
def purge(names: tuple[str, ...], before: datetime | None, days: int | None, yes: bool) -> None:
    if not (names or before or days):
        raise click.UsageError(_("Name bills, or say --before or --days."))
    settings = Settings.load()
    end = datetime.now(settings.timezone) - timedelta(days=days) if days else _in_zone(before, settings.timezone)
    with open_database(settings.database_url) as database:
        check_version(database)
        _purge(Purging(settings, database, Blobs(settings.blob_url)), settings, names, end, yes=yes)


def _purge(purging: Purging, settings: Settings, names: tuple[str, ...], before: datetime | None, *, yes: bool) -> None:
    if unknown := purging.unknown(names):
        raise CommandError(
            N_("No bill has this userkey, id or number: {names}. Nothing was removed."), names=", ".join(unknown)
        )
    found = purging.find(before=before, names=names)
    shown = table(_("Bill"), "userkey", _("Last used"), _("Files"), _("Size"))
    for each in found:
        used = each.last_used.astimezone(settings.timezone).strftime("%Y-%m-%d") if each.last_used else "–"
        shown.add_row(
            each.bill.bill_no or each.bill.bill_id or "–",
            each.bill.userkey,
            used,
            str(each.files),
            size_text(each.size),
        )
    console().print(shown)
    if yes:
        purging.purge(found)
        click.echo(_("{count} bills are removed.").format(count=len(found)))
    else:
        click.echo(_("{count} bills would be removed; --yes removes them.").format(count=len(found)))


def _in_zone(time: datetime | None, zone: tzinfo) -> datetime | None:
    return time and (time if time.tzinfo else time.replace(tzinfo=zone))


def _told(row: AuditRow, zone: tzinfo) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in COLUMNS}
    return {**told, "at": row.at.astimezone(zone).isoformat(timespec="seconds")}


def _print_csv(rows: Iterable[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value or "")
    return f"'{text}" if text.startswith(FORMULA) else text


def _print_table(rows: Iterator[dict[str, Any]]) -> None:
    shown = table(
        *(_("Time"), _("Reader"), _("From"), _("Action"), _("Bill"), "branch_id", _("Invoices"), _("Attachments"))
    )
    for row in rows:
        shown.add_row(
            row["at"],
            f"{row['reader']} {row['token_id']}".strip(),
            row["client"],
            f"{row['action']} {row['what']}",
            row["bill_no"] or row["bill_id"] or "–",
            row["branch_id"] or "–",
            "\n".join(row["serial_nos"]) or "–",
            "\n".join(row["attachment_ids"]) or "–",
        )
    console().print(shown)
