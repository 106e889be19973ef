"""The commands themselves, each a few lines over the archive."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import tzinfo
from pathlib import Path

import click
from rich.console import Console
from rich.progress import TaskID

from viewer.archive.renditions import Renditions
from viewer.cli.language import _, spoken
from viewer.cli.records import audit, purge
from viewer.cli.server import serve_settings
from viewer.cli.shared import Integer, Number, opened_archive, progress_bar
from viewer.cli.tables import console, table
from viewer.config import Settings
from viewer.demo import Demo
from viewer.documents import ofd
from viewer.documents.pool import Decoders
from viewer.documents.sniff import OFD, sniff
from viewer.domain.codes import INVOICE_TYPES, LEFT_OUT, PROBLEMS
from viewer.domain.embed_token import LONGEST_TTL, Claims, WrongClaim
from viewer.domain.grant import ACTIONS, VIEWS, whole_bill
from viewer.domain.keys import parse_userkey
from viewer.domain.money import amount_text
from viewer.errors import N_, CommandError, UnreadableDocument, ViewerError
from viewer.gateway.sandbox.app import create_sandbox
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_TAX_NO,
    demo_bills,
)
from viewer.gateway.sandbox.seeding import seed
from viewer.gateway.sandbox.server import serve_in_thread
from viewer.gateway.sandbox.state import State
from viewer.i18n import LANGUAGES
from viewer.imaging.keeping import keep_within
from viewer.instance import init_instance, making
from viewer.logs import keep_keys_out
from viewer.store.database import open_database
from viewer.store.models import Bill
from viewer.store.queries import FoundPage
from viewer.store.schema import upgrade as upgrade_schema
from viewer.web.addresses import STAGE_LEAST, level_for
from viewer.web.words import size as size_text


@click.group(help=_("Shows the invoices of an ERP bill."))
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help=_("The language of this command; zh-CN by default."))
@click.option("-v", "--verbose", is_flag=True, help=_("Tell more of what happens."))
def cli(lang: str | None, verbose: bool) -> None:
    keep_keys_out()
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


@cli.command(help=_("Creates the instance: folders, database, signing key."))
def init() -> None:
    settings = Settings.load()
    init_instance(settings)
    click.echo(_("The instance is ready: {path}").format(path=settings.instance))


@cli.command(help=_("Applies the migrations that the database lacks."))
def upgrade() -> None:
    with open_database(Settings.load().database_url) as database:
        upgrade_schema(database)
    click.echo(_("The database has this version's schema."))


@cli.command(help=_("Serves the configured instance on all cores; SIGTERM drains."))
@click.option("--host", help=_("Address to listen on; VIEWER_HOST by default."))
@click.option("--port", type=Integer(1, 65535), help=_("Port to listen on; VIEWER_PORT by default."))
def serve(host: str | None, port: int | None) -> None:
    settings = Settings.load()
    host, port = host or settings.host, port or settings.port
    serve_settings(
        settings,
        host=host,
        port=port,
        tell=lambda: click.echo(_("Serving at {url}").format(url=f"http://{host}:{port}/")),
    )


@cli.command(help=_("The demo: sandbox, demo ERP and viewer, filled with bills of every kind."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", type=Integer(1, 65533), default=8000, show_default=True, help=_("Port of the viewer."))
def demo(host: str, port: int) -> None:
    console = Console(stderr=True)
    with Demo(host=host, port=port) as demo:
        with progress_bar(console) as bar:
            tasks = {name: bar.add_task(words, total=None) for name, words in _DEMO_STEPS.items()}
            demo.fill(lambda step, done, total: bar.update(tasks[step], completed=done, total=total))
        demo.announce(lambda: _print_addresses(demo))
        serve_settings(demo.settings, host=host, port=port)


@cli.command(help=_("The emulator of the invoice cloud alone, with the demo bills."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", type=Integer(0, 65535), default=8001, show_default=True, help=_("Port; 0 takes a free one."))
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Its folder; sandbox/ in the instance by default."),
)
@click.option(
    "--link-seconds",
    type=Integer(1),
    default=7 * 86400,
    show_default=True,
    help=_("How long file links are good."),
)
@click.option(
    "--token-seconds",
    type=Integer(1),
    default=7200,
    show_default=True,
    help=_("How long access tokens are good."),
)
@click.option(
    "--issue-seconds",
    type=Number(0, 999),
    default=0.0,
    show_default=True,
    help=_("How long issuing an invoice takes."),
)
@click.option("--push", "push_url", default="", help=_("The viewer's push address, which is told of changed entries."))
def sandbox(
    host: str,
    port: int,
    data: Path | None,
    link_seconds: int,
    token_seconds: int,
    issue_seconds: float,
    push_url: str,
) -> None:
    with making(data or Settings.load().instance / "sandbox") as folder:
        state = State(folder / "sandbox.db")
    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task(_("Making the demo documents"), total=None)
        seed(state, demo_bills(), progress=lambda done, total: bar.update(task, completed=done, total=total))
    state.pool.delay = issue_seconds
    app = create_sandbox(
        state,
        client_id=SANDBOX_CLIENT_ID,
        client_secret=SANDBOX_CLIENT_SECRET,
        link_seconds=link_seconds,
        token_seconds=token_seconds,
        push_url=push_url,
    )
    with serve_in_thread(app, host, port) as served:
        click.echo(_("The sandbox is at {url}").format(url=served.url))
        click.echo(f"client_id={SANDBOX_CLIENT_ID} client_secret={SANDBOX_CLIENT_SECRET}")
        click.echo(f"taxNo={SANDBOX_TAX_NO} account={SANDBOX_ACCOUNT}")
        served.join()


@cli.command(help=_("Shows a bill, its entries and invoices. KEY is its userkey."))
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help=_("As JSON."))
def bill(key: str, as_json: bool) -> None:
    userkey = parse_userkey(key.strip(), access="userkey")
    with opened_archive() as archive:
        found = archive.bills.open(whole_bill(userkey))
    if as_json:
        click.echo(json.dumps(_bill_json(found), ensure_ascii=False, indent=2))
    else:
        _print_bill(found, archive.settings.timezone)


@cli.command(
    "import", help=_("Imports bills from PATH: a folder per bill with a sub-folder per entry, or a JSON manifest.")
)
@click.argument("path", type=click.Path(path_type=Path))
def import_(path: Path) -> None:
    with opened_archive() as archive, progress_bar(Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        bills = archive.imports.run(path, progress)
    shown = table(_("Bill"), "userkey", _("Invoices"), _("Files"))
    for each in bills:
        shown.add_row(each.bill_no or each.bill_id, each.userkey, str(each.invoices), str(each.files))
    console().print(shown)


@cli.command(help=_("Makes the pictures of bills ahead. KEY is a bill's userkey."))
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
def warm(keys: tuple[str, ...]) -> None:
    userkeys = [parse_userkey(key.strip(), access="userkey") for key in keys]
    with (
        opened_archive() as archive,
        progress_bar(Console(stderr=True)) as bar,
        ThreadPoolExecutor(archive.decoders.count) as two,
    ):
        for userkey in userkeys:
            fetching = archive.files.bring_in(archive.bills.open(whole_bill(userkey)))
            for _future in bar.track(as_completed(fetching), len(fetching), description=_("Fetching its files")):
                pass
            bill = archive.bills.open(whole_bill(userkey))
            pages = [FoundPage(page, file) for file in bill.pictures for page in file.pages]
            making = {two.submit(_warm, archive.renditions, found): found for found in pages}
            for future in bar.track(as_completed(making), len(making), description=bill.bill_no or userkey):
                if error := future.exception():
                    if not isinstance(error, ViewerError):
                        raise error
                    click.echo(f"{making[future].file.name}: {error.text(_)}", err=True)
            click.echo(
                _("{bill}: the pictures of {count} pages are ready").format(
                    bill=bill.bill_no or userkey, count=len(pages)
                )
            )


@cli.command(help=_("Signs an embed token by hand, and tells the address that it opens."))
@click.option("--bill-id", help=_("The bill's id in the ERP."))
@click.option("--bill-no", help=_("Or its number."))
@click.option("--image-number", help=_("Or its image number."))
@click.option("--branch-id", help=_("Limits the token to this entry."))
@click.option(
    "--view", "views", multiple=True, type=click.Choice(sorted(VIEWS)), help=_("A view it allows; both by default.")
)
@click.option(
    "--action",
    "actions",
    multiple=True,
    type=click.Choice(sorted(ACTIONS)),
    help=_("Something it allows; view alone by default."),
)
@click.option("--sub", help=_("The reader's name."))
@click.option(
    "--ttl",
    type=Integer(1, LONGEST_TTL),
    default=600,
    show_default=True,
    help=_("Seconds for which it is good."),
)
def token(ttl: int, views: tuple[str, ...], actions: tuple[str, ...], **names: str | None) -> None:
    told = {**names, "views": list(views) or None, "actions": list(actions) or None}
    try:
        claims = Claims.parse(told)
    except WrongClaim as error:
        raise CommandError(N_("The token's claim “{name}” is missing or wrong."), name=str(error)) from error
    with opened_archive() as archive:
        settings = archive.settings
        signed, _expires = archive.grants.sign(claims, seconds=ttl)
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(signed)
    click.echo(f"{base}/bills/{signed}" + ("/location" if claims.branch_id else ""), err=True)


@cli.command(
    help=_("Keeps the folder of finished pictures within VIEWER_CACHE_BYTES and removes what was left behind.")
)
def gc() -> None:
    settings = Settings.load()
    kept = keep_within(settings.derivatives, settings.cache_bytes)
    words = _("{files} files with {size} stay; {removed} files with {freed} are removed.")
    sizes = {"size": size_text(kept.size), "freed": size_text(kept.freed)}
    click.echo(words.format(files=kept.files, removed=kept.removed, **sizes))


@cli.command(help=_("Converts an OFD file to a PDF with the same pages; texts stay texts."))
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("The PDF."))
def convert(path: Path, output: Path) -> None:
    content = path.read_bytes()
    if sniff(content) != OFD:
        raise CommandError(N_("{path} is no OFD file."), path=path)
    decoders = Decoders(Settings.load(), processes=1)
    try:
        pdf, findings = decoders.run(ofd.to_pdf, content, decoders.limits)
    except UnreadableDocument as error:
        raise CommandError(PROBLEMS[error.problem]) from error
    finally:
        decoders.close()
    try:
        output.write_bytes(pdf)
    except OSError as error:
        raise CommandError(N_("{path} can't be written: {reason}"), path=output, reason=error.strerror) from error
    for finding in findings:
        click.echo(f"{_(LEFT_OUT[finding.code])}: {finding.where}", err=True)


cli.add_command(audit)
cli.add_command(purge)

_DEMO_STEPS = {
    "documents": _("Making the demo documents"),
    "bills": _("Opening the demo bills"),
    "files": _("Fetching their files"),
}


def _warm(renditions: Renditions, found: FoundPage) -> None:
    """Makes what the viewer's pages will ask for: the ladder, and the stage's first picture where it is finer than that."""
    renditions.make_ladder(found.source)
    asked = renditions.ask(
        found.source,
        region="full",
        size=f"{level_for(found.file, found.page, least=STAGE_LEAST).width},",
        rotation=str(found.file.rotation),
        quality="default",
        suffix="jpg",
    )
    renditions.picture(found.source, asked, reader="")


def _print_addresses(demo: Demo) -> None:
    click.echo(_("The demo ERP with the viewer in its frame:") + f"  {demo.url}/demo/erp")
    click.echo(_("The viewer:") + f"  {demo.url}/")
    click.echo(_("The invoice cloud's sandbox:") + f"  {demo.sandbox_url}/")
    for each in demo.bills:
        click.echo(f"  {demo.url}/bills/{each.userkey}  {each.titles[spoken()]}")
    click.echo(_("Ctrl-C ends all of it."))


def _print_bill(found: Bill, timezone: tzinfo) -> None:
    out = console()
    out.print(f"{found.bill_no or found.bill_id or '–'}  userkey {found.userkey}", style="bold")
    if found.stale and found.fetched_at:
        time = found.fetched_at.astimezone(timezone).strftime("%Y-%m-%d %H:%M")
        out.print(_("The invoice cloud can't be reached; this is the copy of {time}.").format(time=time))
    entries = table("#", "branch_id", _("Expense type"), _("Amount"), _("Invoices"))
    for entry in found.entries:
        count = sum(entry.branch_id in invoice.branch_ids for invoice in found.invoices)
        entries.add_row(
            str(entry.seq), entry.branch_id, entry.expense_type or "–", amount_text(entry.amount) or "–", str(count)
        )
    out.print(entries)
    invoices = table(_("Serial number"), _("Number"), _("Type"), _("Date"), _("Seller"), _("Amount"), _("Entries"))
    seqs = {entry.branch_id: str(entry.seq) for entry in found.entries}
    for invoice in found.invoices:
        invoices.add_row(
            invoice.serial_no,
            invoice.invoice_no or "–",
            _(INVOICE_TYPES.get(invoice.invoice_type or "", invoice.invoice_type or "–")),
            str(invoice.invoice_date or "–"),
            invoice.seller_name or "–",
            amount_text(invoice.total_amount) or "–",
            ",".join(seqs[branch_id] for branch_id in invoice.branch_ids) or "–",
        )
    out.print(invoices)


def _bill_json(found: Bill) -> dict[str, object]:
    """The bill, its branch_ids and invoices; the names are the API's."""
    return {
        "userkey": found.userkey,
        "bill_no": found.bill_no,
        "bill_id": found.bill_id,
        "profile": found.profile,
        "branch_ids": found.branch_ids,
        "entries": [
            {
                "branch_id": entry.branch_id,
                "seq": entry.seq,
                "expense_type": entry.expense_type,
                "amount": amount_text(entry.amount),
                "serial_nos": [each.serial_no for each in found.invoices if entry.branch_id in each.branch_ids],
            }
            for entry in found.entries
        ],
        "invoices": [
            {
                "serial_no": invoice.serial_no,
                "branch_ids": invoice.branch_ids,
                "invoice_type": invoice.invoice_type,
                "invoice_code": invoice.invoice_code,
                "invoice_no": invoice.invoice_no,
                "invoice_date": invoice.invoice_date and invoice.invoice_date.isoformat(),
                "total_amount": amount_text(invoice.total_amount),
                "seller_name": invoice.seller_name,
                "files": [{"name": file.name, "state": file.state} for file in invoice.files],
            }
            for invoice in found.invoices
        ],
        "attachments": [
            {"attachment_id": each.attachment_id, "name": each.name, "branch_ids": each.branch_ids}
            for each in found.attachments
        ],
        "fetched_at": found.fetched_at and found.fetched_at.isoformat(),
        "stale": found.stale,
    }
