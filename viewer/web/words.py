"""How pages write amounts, dates and codes, in the reader's language."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from flask_babel import gettext

from viewer.domain import codes
from viewer.domain.money import total
from viewer.domain.sheets import Region
from viewer.domain.signed_page import end_of_next_hour
from viewer.domain.size import Size
from viewer.i18n import DEFAULT, LANGUAGES
from viewer.imaging.levels import THUMBNAIL
from viewer.store.models import Attachment, Entry, File, Invoice
from viewer.web import access
from viewer.web.addresses import STAGE_LEAST, shown_size
from viewer.web.compact import compact_script
from viewer.web.present import code_name, finding_out, left_out
from viewer.web.reader import addresses, archive, language, theme

RELEASE = "v-"
"""What the first part of a static file's versioned path begins with."""
KIT_KEPT = 600
"""Seconds that browsers may keep the embed kit without asking again."""
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$", "JPY": "¥", "GBP": "£"}

STAGE = 1600
"""Width of the stage's picture while its file is still on its way, and of a page in a manifest."""
THUMBNAIL_SIZES = "(min-width: 860px) 112px, 30vw"
"""How wide the list shows a thumbnail, for the browser's choice among the stored sizes."""
STRIP = 60
"""Pages up to which the strip below the stage shows pictures; beyond, numbers."""


def install(app: Flask) -> None:
    app.jinja_env.filters.update(money=money, day=day, long_day=long_day, moment=moment, size=size)
    app.jinja_env.globals.update(
        type_name=lambda code: code_name(codes.INVOICE_TYPES, code),
        resource_name=lambda code: code_name(codes.RESOURCES, code),
        problem_words=lambda problem: gettext(codes.PROBLEMS[problem]),
        finding=finding_out,
        left_out=left_out,
        level_words=lambda level: gettext(codes.LEVELS[level]),
        badges=badges,
        sum_of=sum_of,
        difference=difference,
        shown_size=shown_size,
        addresses_until=addresses_until,
        token_left=token_left,
        may=access.may,
        may_view=access.may_view,
        grant=access.current,
        static=static,
        language=language,
        languages=languages,
        theme=theme,
        script_words=script_words,
        actions=access.actions,
        addresses=addresses,
        frame_ancestors=lambda: archive().settings.frame_ancestors,
        own_part=own_part,
        THUMBNAIL=THUMBNAIL,
        STAGE=STAGE,
        THUMBNAIL_SIZES=THUMBNAIL_SIZES,
        STRIP=STRIP,
        STAGE_LEAST=STAGE_LEAST,
    )


def addresses_until() -> int:
    """When the addresses of this page's pictures end (Unix seconds)."""
    now = time.time()
    end, grant = end_of_next_hour(now), access.current()
    return grant.until(end, now=now) if grant else end


def token_left() -> int | None:
    """Seconds until the reader's token ends, by this server's clock; None where there is none."""
    grant = access.current()
    return grant.expires - int(time.time()) if grant and grant.expires is not None else None


def script_words() -> dict[str, str]:
    """What the scripts say to the reader; they fill in what stands in braces."""
    return {
        "page": gettext("Page {number} of {count}"),
        "searched": gettext("Searched {done} of {pages} pages"),
        "searching": gettext("Searching …"),
        "no_hit": gettext("Nothing was found."),
        "hits": gettext("Found in invoices: {count}"),
        "search_failed": gettext("The search failed. Press Enter to try again."),
        "none_fits": gettext("No invoice fits these filters."),
        "found": gettext("Found in"),
        "of_total": gettext("of {total}"),
        "attachments": gettext("attachments: {count}"),
        "listed": gettext("{count} of {all}"),
        "listed_invoices": gettext("{count} of {all} invoices listed, {sum} of {total}"),
        "narrowed": gettext("{count} set"),
        **{f"in_{name}": found for name, found in field_words().items()},
        "missing": gettext("This page can't be shown."),
        "only_listed": gettext("What is listed now ({count})"),
        "only_this": gettext("This one: {name}"),
        "choose": gettext("Choose …"),
        "nothing_chosen": gettext("Nothing is chosen yet."),
        "too_many": gettext("At most {most} can be chosen one by one. Choose the whole bill or an entry."),
        "preparing": gettext("Preparing: {done} of {total} files"),
        "preparing_pending": gettext("Preparing: {done} of {total} files; {pending} are still on their way"),
        "some_failed": gettext("Files that can't be shown: {failed}. A page says so in their place."),
        "sheet": gettext("Sheet {number} of {count}"),
        "fetching": gettext("Fetching: {size} MB"),
        "saved": gettext("Handed to the browser's downloads: {name}"),
        "printing": gettext("Handed to the browser for printing."),
        "print_in_tab": gettext("It was opened in a new tab. Print it there."),
        "print_saved": gettext(
            "The page around the viewer allows no printing here, so the PDF was handed to the browser's downloads: {name}."
            " Open it and print."
        ),
        "cancelled": gettext("Cancelled."),
        "not_allowed": gettext("This link doesn't allow that."),
        "not_fetched": gettext("The file could not be fetched. Try again in a moment."),
        "turned": gettext("Turned, for every later reader too."),
        "offline": gettext("There is no network at the moment. What is loaded stays usable."),
        "offline_asked": gettext("There is no network, so this can't be shown now. Try again when it is back."),
        "online": gettext("The network is back."),
        "refreshing": gettext("Refreshing …"),
        "refreshed": gettext("Refreshed."),
        "still_stale": gettext("The invoice cloud still can't be reached."),
        "seconds": gettext("{seconds} s"),
        "expired": gettext("The link has expired. Open the bill again from the ERP."),
        "lost": gettext("The viewer doesn't answer. Try again in a moment."),
        "again": gettext("Try again"),
        "copied": gettext("Copied: {text}"),
        "not_copied": gettext("This could not be copied. Select it and copy it by hand."),
        "not_turned": gettext("The rotation could not be saved. Try again later."),
        "compared": gettext("Compared: {left} and {right}"),
        "nothing_to_compare": gettext("There is nothing here to compare with."),
        "linked": gettext("Both move together."),
        "unlinked": gettext("Each moves alone."),
        "differing": gettext("Recorded facts that differ: {count} of {total}"),
        "differs": gettext("differs"),
        "no_fullscreen": gettext(
            'The page around the viewer doesn\'t allow full screen: its iframe lacks allow="fullscreen".'
        ),
    }


def field_words() -> dict[str, str]:
    """What a search's answer names as the places of its hits."""
    return {
        "name": gettext("Name"),
        "invoice_no": gettext("Number"),
        "invoice_code": gettext("Code"),
        "serial_no": gettext("Serial number"),
        "invoice_type_name": gettext("Type"),
        "invoice_date": gettext("Date"),
        "total_amount": gettext("Amount"),
        "amount": gettext("Amount without tax"),
        "tax_amount": gettext("Tax"),
        "seller_name": gettext("Seller"),
        "seller_tax_no": gettext("Seller's tax number"),
        "buyer_name": gettext("Buyer"),
        "buyer_tax_no": gettext("Buyer's tax number"),
        "check_code": gettext("Check code"),
        "drawer": gettext("Issued by"),
        "remark": gettext("Remark"),
        "items": gettext("Items"),
        "page": gettext("page {number}"),
    }


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """¥1,234.50, as Chinese finance writes it; a dash where nobody told."""
    return "–" if amount is None else f"{SIGNS.get(currency or 'CNY', (currency or '') + ' ')}{amount:,.2f}"


def day(value: date | None) -> str:
    return "–" if value is None else value.isoformat()


def long_day(value: date | None) -> str:
    """As an invoice in the reader's language has it: 2026年9月3日."""
    if value is None or language() != DEFAULT:
        return day(value)
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None) -> str:
    """A time in the installation's zone."""
    if value is None:
        return "–"
    return value.astimezone(archive().settings.timezone).strftime("%Y-%m-%d %H:%M")


def size(count: int | None) -> str:
    """Bytes as people read them."""
    if count is None:
        return "–"
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000)) if count else 0} kB"


def badges(invoice: object) -> list[tuple[str, str, str]]:
    """Status badges of an invoice: (kind, tone, words); tone is good, bad, warn or plain."""
    found = []
    for kind, names, tones in (
        ("invoice_status", codes.INVOICE_STATUSES, {"0": "good"}),
        ("check_status", codes.CHECK_STATUSES, {"1": "good", "3": "warn"}),
        ("expend_status", codes.EXPEND_STATUSES, {"1": "plain", "30": "plain", "60": "plain", "65": "plain"}),
    ):
        code = getattr(invoice, kind)
        if code:
            found.append((kind.replace("_", "-"), tones.get(code, "bad"), code_name(names, code) or code))
    return found


def sum_of(invoices: Iterable[Invoice]) -> Decimal:
    return total(invoice.total_amount for invoice in invoices)


def difference(entry: Entry, invoices: Iterable[Invoice]) -> Decimal | None:
    """By how much an entry's own invoices miss its amount; None where they don't, or where one is shared with others."""
    own = list(invoices)
    if entry.amount is None or not own or any(len(invoice.branch_ids) > 1 for invoice in own):
        return None
    return sum_of(own) - entry.amount or None


def own_part(owner: Invoice | Attachment, file: File) -> str | None:
    """Where an invoice lies on the first page of its pasted sheet: "x,y,w,h" in this page's pixels; None where unknown."""
    picture = owner.picture
    if not file.sheet or not file.pages or picture is None or picture.region is None:
        return None
    page = file.pages[0]
    box = Region.read(picture.region).within(Size(page.width, page.height))
    return f"{box.left},{box.top},{box.width},{box.height}" if box else None


def languages() -> list[tuple[str, str]]:
    """The other languages and this page's address in them."""
    return [(tag, address_with("lang", tag)) for tag in LANGUAGES if tag != language()]


def address_with(name: str, value: str) -> str:
    """This page's own address with a parameter changed, and never as the one that waits (`wait`)."""
    given = [(each, told) for each, told in request.args.items(multi=True) if each not in (name, "wait")]
    return f"{request.script_root}{request.path}?{urlencode([*given, (name, value)])}"


def static(name: str) -> str:
    """The address of one of our files. Its path names the content of them all, so that browsers may keep it, and modules
    that a script imports by their relative names are of the same release."""
    return f"{request.script_root}/static/{RELEASE}{static_version(current_app.static_folder or '')}/{name}"


@cache
def static_version(folder: str) -> str:
    digest = sha256()
    for path in sorted(each for each in Path(folder).rglob("*") if each.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def send_static(version: str, name: str) -> Response:
    """A file at such an address; one of another release, which an old page asks for, is not kept."""
    folder = current_app.static_folder or ""
    if script := own_scripts(folder).get(name):
        response = send_script(script, max_age=current_app.config["SEND_FILE_MAX_AGE_DEFAULT"])
    else:
        response = current_app.send_static_file(name)
    if version != static_version(folder):
        response.headers["Cache-Control"] = "no-cache"
    return response


def send_kit() -> Response:
    """The embed kit, readable from every origin. Its address names no release, so it isn't kept for long."""
    response = send_script(own_scripts(current_app.static_folder or "")["js/embed.js"], max_age=KIT_KEPT)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def send_script(script: str, *, max_age: int) -> Response:
    response = current_app.response_class(script, mimetype="text/javascript")
    response.cache_control.max_age = max_age
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def own_scripts(folder: str) -> dict[str, str]:
    """Our scripts by their names below this folder, as they travel."""
    found = (Path(folder) / "js").glob("*.js")
    return {f"js/{path.name}": compact_script(path.read_text("utf-8")) for path in found}
