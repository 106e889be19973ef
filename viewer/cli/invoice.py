"""`viewer invoice`: issuing, asking what became of it, binding to an entry, and releasing."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import click

from viewer.archive import Archive
from viewer.archive.issuing import Outcome
from viewer.cli.commands import cli
from viewer.cli.language import _
from viewer.cli.shared import opened_archive
from viewer.cli.tables import console, table
from viewer.domain.codes import EXPEND_STATUSES
from viewer.domain.given import Problem, read_json
from viewer.domain.issuing import CONFIRMED, REAL, Typed
from viewer.domain.money import amount_text
from viewer.errors import N_, CommandError, UpstreamRefused, WrongFields
from viewer.gateway.binding import EntryOfBill
from viewer.gateway.issue_request import IssueRequest, read_request

STATES = {
    "sending": N_("no answer is known"),
    "issued": N_("issued"),
    "accepted": N_("accepted; ask for it with viewer invoice query"),
    "refused": N_("refused"),
    "unsent": N_("not sent"),
    "unknown": N_("no answer is known"),
    "processing": N_("under way; ask again in a moment"),
}

BOUND = {"cache": N_("for two hours (entry/cache)"), "save": N_("for good (entry/save)")}

IN_VAIN = frozenset({"refused", "unsent", "unknown", "sending"})
"""States in which there is no invoice, as far as is known: the command ends with status 1, the first time and every time."""

serial_nos_argument = click.argument("serial_nos", nargs=-1, required=True, metavar="SERIAL_NO…")
bill_id_option = click.option("--bill-id", required=True, help=_("The ERP's id of the bill (bxd_key)."))
branch_id_option = click.option("--branch-id", required=True, help=_("The entry's id."))
json_option = click.option("--json", "as_json", is_flag=True, help=_("As JSON."))


@cli.group(
    help=_("Issues invoices, simulated unless told otherwise; asks for them, binds them to entries, releases them.")
)
def invoice() -> None:
    pass


@invoice.command(help=_("Issues the invoice that REQUEST describes: a JSON file, or - for standard input."))
@click.argument("request_file", type=click.File("rb"), metavar="REQUEST")
@click.option("--async", "asynchronous", is_flag=True, help=_("Asynchronously; ask later with viewer invoice query."))
@click.option("--account", help=_("Login account at the tax bureau; VIEWER_LOGIN_ACCOUNT by default."))
@click.option("--serial-no", help=_("The issuing's own serial number (开票流水号); the request's by default."))
@click.option("--reqid", help=_("16 digits, made by default. The same reqid is never sent twice."))
@click.option(
    "--copy-type",
    type=click.Choice(["23", "26", "53", "56"]),
    help=_("Copies on paper: of a general invoice 2 or 5, then of a special one 3 or 6."),
)
@click.option(REAL, "real", is_flag=True, help=_("Without debugOpenInvoice=1: a real invoice, except in the sandbox."))
@click.option(CONFIRMED, "confirmed", is_flag=True, help=_("Type it out where a real invoice may be issued."))
@json_option
def issue(
    request_file: BinaryIO,
    asynchronous: bool,
    account: str | None,
    serial_no: str | None,
    reqid: str | None,
    copy_type: str | None,
    real: bool,
    confirmed: bool,
    as_json: bool,
) -> None:
    with opened_archive() as archive, _with_advice():
        wanted = _read(request_file, archive, account=account, serialNo=serial_no)
        typed = Typed(real=real, confirmed=confirmed)
        outcome = archive.issuings.issue(
            wanted, typed=typed, asynchronous=asynchronous, reqid=reqid, copy_type=copy_type
        )
    _show(_told(outcome), as_json)
    _end(outcome)


@invoice.command(help=_("What became of an issuing. SERIAL_NO is the number that issuing it gave."))
@click.argument("serial_no")
@click.option("--tax-no", help=_("The seller's tax number; the one it was issued under by default."))
@json_option
def query(serial_no: str, tax_no: str | None, as_json: bool) -> None:
    with opened_archive() as archive, _with_advice(serial_no=serial_no, tax_no=tax_no):
        outcome = archive.issuings.query(serial_no, tax_no=tax_no)
    _show(_told(outcome) | {"serial_no": serial_no}, as_json)
    _end(outcome)


@invoice.command(help=_("Binds invoices to an entry of a bill."))
@serial_nos_argument
@bill_id_option
@branch_id_option
@click.option("--bill-no", help=_("The ERP's number of the bill."))
@click.option("--expense-type", nargs=2, metavar="CODE NAME", help=_("Code and name of the entry's expense type."))
@click.option("--cache", is_flag=True, help=_("For two hours only (entry/cache)."))
@json_option
def bind(
    serial_nos: tuple[str, ...],
    bill_id: str,
    branch_id: str,
    bill_no: str | None,
    expense_type: tuple[str, str] | None,
    cache: bool,
    as_json: bool,
) -> None:
    entry = EntryOfBill(bill_id=bill_id, bill_no=bill_no, branch_id=branch_id, expense_type=expense_type)
    with opened_archive() as archive, _with_advice():
        userkey = archive.bindings.bind(serial_nos, entry, cache=cache)
    told = {"userkey": userkey, "bill_id": bill_id, "branch_id": branch_id, "serial_nos": list(serial_nos)}
    _show(told | {"bound": "cache" if cache else "save"}, as_json)


@invoice.command(help=_("Takes invoices off an entry. Without SERIAL_NO: all of them, and the entry."))
@click.argument("serial_nos", nargs=-1, metavar="[SERIAL_NO]…")
@bill_id_option
@branch_id_option
@json_option
def release(serial_nos: tuple[str, ...], bill_id: str, branch_id: str, as_json: bool) -> None:
    with opened_archive() as archive, _with_advice():
        archive.bindings.release(serial_nos, bill_id=bill_id, branch_id=branch_id)
    _show({"bill_id": bill_id, "branch_id": branch_id, "released": list(serial_nos)}, as_json)


@invoice.command(help=_("Tells the cloud what has become of invoices: 1 unused, 30 in use, 60 used, 65 booked."))
@serial_nos_argument
@click.option("--to", "status", required=True, type=click.Choice(list(EXPEND_STATUSES)), help=_("The new status."))
@json_option
def status(serial_nos: tuple[str, ...], status: str, as_json: bool) -> None:
    with opened_archive() as archive, _with_advice():
        archive.bindings.set_status(serial_nos, status)
    _show({"serial_nos": list(serial_nos), "expend_status": status}, as_json)


@invoice.command(help=_("Prints the JSON Schema of a request for an invoice."))
def schema() -> None:
    click.echo(json.dumps(IssueRequest.model_json_schema(), ensure_ascii=False, indent=2))


def _read(file: BinaryIO, archive: Archive, **options: str | None) -> IssueRequest:
    """The request, with what the instance's settings and options add to it. Raises WrongFields, or CommandError for no JSON."""
    data = read_json(file.read(), name=file.name)
    if isinstance(data, dict):
        own = {"salerTaxNo": archive.settings.tax_no} if archive.settings.tax_no else {}
        data = {**own, **data, **{name: value for name, value in options.items() if value}}
    wanted, problems = read_request(data)
    if wanted is None:
        raise WrongFields(lines="\n".join(map(_line, problems)))
    return wanted


def _line(problem: Problem) -> str:
    return f"  {problem.place}: {_(problem.message).format(**problem.facts)}"


@contextmanager
def _with_advice(**clues: str | None) -> Iterator[None]:
    """What the cloud refuses is told with the command that explains it; `clues` are what the request asked for."""
    try:
        yield
    except UpstreamRefused as error:
        options = (f" --{name.replace('_', '-')} {shlex.quote(value)}" for name, value in clues.items() if value)
        raise CommandError(
            N_('{error}\nTo see what it means and what to check: viewer doctor --error "{description}"{options}'),
            error=error,
            description=error.description,
            options="".join(options),
        ) from error


def _told(outcome: Outcome) -> dict[str, Any]:
    """An issuing in this command's words; the invoice as the cloud tells it now or told it then."""
    issuing, issued = outcome
    told: dict[str, Any] = {"state": outcome.state}
    if issuing:
        told |= {
            name: getattr(issuing, name) for name in ("reqid", "environment", "simulated", "asynchronous", "tax_no")
        }
        told["serial_no"] = issuing.cloud_serial_no or issuing.serial_no
        told["refusal"] = issuing.answer if issuing.state == "refused" else None
    if issued and issued.invoice_no:
        told["invoice"] = {
            "invoice_code": issued.invoice_code,
            "invoice_no": issued.invoice_no,
            "invoice_date": issued.invoice_date and issued.invoice_date.isoformat(),
            "total_amount": amount_text(issued.total_amount),
            "files": dict(issued.files),
        }
    return told


def _end(outcome: Outcome) -> None:
    if outcome.state in IN_VAIN:
        sys.exit(1)


def _show(told: Mapping[str, Any], as_json: bool) -> None:
    """JSON, or a table of two columns."""
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    rows = table("", "")
    rows.show_header = False
    for name, value in _flat(told):
        rows.add_row(_(LABELS[name]) if name in LABELS else name, _shown(name, value))
    console().print(rows)


def _flat(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        elif value not in (None, ""):
            yield name, value


def _shown(name: str, value: object) -> str:
    if name == "state":
        return _(STATES[str(value)])
    if name == "bound":
        return _(BOUND[str(value)])
    if name == "expend_status":
        return _(EXPEND_STATUSES[str(value)])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


LABELS = {
    "state": N_("State"),
    "environment": N_("Environment"),
    "simulated": N_("Simulated"),
    "asynchronous": N_("Asynchronous"),
    "tax_no": N_("Tax number"),
    "serial_no": N_("Serial number"),
    "serial_nos": N_("Serial number"),
    "released": N_("Serial number"),
    "invoice_code": N_("Code"),
    "invoice_no": N_("Number"),
    "invoice_date": N_("Date"),
    "total_amount": N_("Amount"),
    "bill_id": N_("Bill"),
    "branch_id": N_("Entry"),
    "expend_status": N_("Status"),
    "bound": N_("Bound"),
    "errcode": N_("Error code"),
    "description": N_("Description"),
    "trace_id": N_("Trace id"),
}
"""What a table calls what JSON names; ids of the interface keep their names."""
