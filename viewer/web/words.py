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
from viewer.domain.signed_page import end_of_next_hour
from viewer.i18n import LANGUAGES
from viewer.store.models import Entry, Invoice
from viewer.web.addresses import shown_size
from viewer.web.present import code_name, finding_out
from viewer.web.reader import archive, language, theme

RELEASE = "v-"
"""What the first part of a static file's versioned path begins with."""
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$", "JPY": "¥", "GBP": "£"}

THUMBNAIL = 320
"""Width of a thumbnail in CSS pixels; twice as much for dense screens."""
STAGE = 1600
"""Width of the stage's picture while its file is still on its way, and of a page in a manifest."""
THUMBNAIL_SIZES = "(min-width: 860px) 112px, 30vw"
"""How wide the list shows a thumbnail, for the browser's choice among the stored sizes."""
STRIP = 60
"""Pages up to which the strip below the stage shows pictures; beyond, numbers."""


def install(app: Flask) -> None:
    app.jinja_env.filters.update(money=money, day=day, moment=moment, size=size)
    app.jinja_env.globals.update(
        type_name=lambda code: code_name(codes.INVOICE_TYPES, code),
        resource_name=lambda code: code_name(codes.RESOURCES, code),
        problem_words=lambda problem: gettext(codes.PROBLEMS[problem]),
        finding=finding_out,
        badges=badges,
        sum_of=sum_of,
        difference=difference,
        shown_size=shown_size,
        addresses_until=lambda: end_of_next_hour(time.time()),
        static=static,
        language=language,
        languages=languages,
        theme=theme,
        script_words=script_words,
        THUMBNAIL=THUMBNAIL,
        STAGE=STAGE,
        THUMBNAIL_SIZES=THUMBNAIL_SIZES,
        STRIP=STRIP,
    )


def script_words() -> dict[str, str]:
    """What the scripts say to the reader; they fill in what stands in braces."""
    return {
        "page": gettext("Page {number} of {count}"),
        "missing": gettext("This page can't be shown."),
        "turned": gettext("Turned, for every later reader too."),
        "not_turned": gettext("The rotation could not be saved. Try again later."),
        "total": gettext("Amount"),
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


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """¥1,234.50, as Chinese finance writes it; a dash where nobody told."""
    return "–" if amount is None else f"{SIGNS.get(currency or 'CNY', (currency or '') + ' ')}{amount:,.2f}"


def day(value: date | None) -> str:
    return "–" if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    """A time in the installation's zone."""
    if value is None:
        return "–"
    return value.astimezone(archive().settings.timezone).strftime("%Y-%m-%d %H:%M")


def size(count: int | None) -> str:
    """Bytes as people read them."""
    if count is None:
        return "–"
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"


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


def languages() -> list[tuple[str, str]]:
    """The other languages and this page's address in them."""
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        (tag, f"{request.script_root}{request.path}?{urlencode([*given, ('lang', tag)])}")
        for tag in LANGUAGES
        if tag != language()
    ]


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
    response = current_app.send_static_file(name)
    if version != static_version(current_app.static_folder or ""):
        response.headers["Cache-Control"] = "no-cache"
    return response
