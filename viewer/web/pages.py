"""The pages: look-up, image view, location view, and the upstream's own address for them. All work without JavaScript."""

from apiflask import APIBlueprint
from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from viewer.domain import selection
from viewer.domain.grant import Grant
from viewer.domain.groups import Group, group_by_entry
from viewer.domain.keys import HANDED
from viewer.errors import N_, BadKey, BadRequest, NotFound, UnknownFile, UnknownSerialNo, ViewerError
from viewer.store.models import Attachment, Bill, Entry, File, Invoice
from viewer.web.access import Needs, failure_note, granted, looked_up, opens
from viewer.web.audit import seen
from viewer.web.demo import demo_bills
from viewer.web.listing import facets, levels, stated
from viewer.web.reader import addresses, addresses_without_key, archive, language
from viewer.web.streaming import streamed
from viewer.web.words import RELEASE, address_with, send_kit, send_static

bp = APIBlueprint("pages", __name__, enable_openapi=False)

EMBED = "/embed"
"""Where the pages are whose key isn't in their address."""

STEPS = {"next": 1, "previous": -1}
PATIENCE = 0.4
"""Seconds that a reader is kept before an empty page until upstream answers. A sound upstream does in less, and its page
needs no other before it; beyond, people begin to wonder whether anything happens."""


@bp.get("/")
def look_up() -> AnyResponse | tuple[str, int] | str:
    """A box for a userkey; in the demo also links to the demo bills."""
    demo = demo_bills(archive().settings)
    asked = "".join(request.args.get("userkey", "").split())
    if not asked:
        return render_template("look_up.html", demo=demo, asked="", problem=None)
    try:
        grant = looked_up(asked)
    except ViewerError as error:
        problem = error.text(gettext)
        return render_template("look_up.html", demo=demo, asked=asked, problem=problem), error.status
    return redirect(_start(grant))


@bp.get(EMBED, defaults={"key": HANDED})
@bp.get("/bills/<key>")
@opens("view", view="image")
def image_view(grant: Grant) -> Response:
    """The whole bill, grouped by entry."""
    return _image_view(grant, profile=request.args.get("profile"), serial_nos=request.args.getlist("serialNo"))


@bp.get("/m4-web/fpzs/expense/showInvoice")
def show_invoice() -> Response:
    """The upstream page's own address: with a serial number EAS's narrowed view, without the whole bill."""
    key = request.args.get("userKey", "")
    if not key:
        raise BadKey
    grant = granted(key, Needs("view", "image"))
    serial_nos = [serial_no for serial_no in request.args.getlist("serialNo") if serial_no]
    return _image_view(grant, profile="eas" if serial_nos else None, serial_nos=serial_nos)


@bp.get(f"{EMBED}/location", defaults={"key": HANDED})
@bp.get("/bills/<key>/location")
@opens("view", view="location")
def location_view(grant: Grant) -> AnyResponse | str:
    """One entry's single invoice; with `step` on to the entry before or after it."""
    bill = _opened(grant)
    view = selection.location_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=grant.entry(request.args.get("branch_id")),
        serial_no=request.args.get("serialNo"),
    )
    if step := STEPS.get(request.args.get("step", "")):
        place = bill.branch_ids.index(view.branch_id) + step
        if place in range(len(bill.branch_ids)):
            return redirect(addresses(grant).location_view(bill.branch_ids[place]), code=303)
    entry = next(entry for entry in bill.entries if entry.branch_id == view.branch_id)
    file = _asked_file(view.invoice.own_files if view.invoice else [])
    seen("location", bill, [view.invoice], branch_id=view.branch_id)
    return render_template(
        "location_view.html", bill=bill, view=view, entry=entry, file=file, page=_asked_page(), at=addresses(grant)
    )


@bp.get(f"{EMBED}/paper", defaults={"key": HANDED})
@bp.get("/bills/<key>/paper")
@opens("view", view="image")
def paper(grant: Grant) -> str:
    """One invoice or attachment of the whole bill, with everything that is known of it."""
    bill = _opened(grant)
    owner = _asked_owner(bill)
    file = _asked_file(owner.files)
    seen("paper", bill, [owner])
    return render_template("paper.html", bill=bill, owner=owner, file=file, page=_asked_page(), at=addresses(grant))


@bp.post(f"{EMBED}/refresh", defaults={"key": HANDED})
@bp.post("/bills/<key>/refresh")
@opens("refresh", view="any")
def refresh(grant: Grant) -> AnyResponse:
    """Asks upstream now, then back to where the reader was on this bill."""
    seen("refresh", archive().bills.refresh(grant), action="refresh")
    branch_id, serial_no = request.form.get("branch_id"), request.form.get("serialNo")
    shown = addresses(grant).location_view(branch_id, serial_no) if branch_id else _start(grant)
    return redirect(shown, code=303)


@bp.before_request
def await_key() -> str | None:
    """A page whose key comes by message is shown without it first; its script then asks for the same address with it."""
    embedded = request.method == "GET" and (request.path + "/").startswith(f"{EMBED}/")
    keyless = embedded and "Authorization" not in request.headers
    return render_template("embed.html", at=addresses_without_key()) if keyless else None


@bp.get("/embed.js")
def embed_kit() -> Response:
    """The embed kit, for the pages of other sites."""
    return send_kit()


@bp.get("/demo/erp")
def demo_erp() -> AnyResponse:
    """To the demo's bill-entry page, on its own origin; with the host that this reader uses."""
    address = archive().settings.demo_erp_url
    if address is None:
        raise NotFound
    port = address.rsplit(":", 1)[-1]
    host = request.host.rsplit(":", 1)[0]
    asked = f"?lang={language()}" if "lang" in request.args else ""
    return redirect(f"http://{host}:{port}/{asked}")


bp.add_url_rule(f"/static/{RELEASE}<version>/<path:name>", view_func=send_static)


@bp.get("/api/docs")
def api_docs() -> str:
    """The API to read and to try, from its own OpenAPI document."""
    return render_template("api_docs.html", document=url_for("openapi.spec"))


def _start(grant: Grant) -> str:
    """Where a reader begins: the whole bill, or the entry to which a token is limited."""
    at = addresses(grant)
    return at.location_view(grant.branch_id) if grant.branch_id else at.image_view()


def _image_view(grant: Grant, *, profile: str | None, serial_nos: list[str]) -> Response:
    bill = _opened(grant)
    view = selection.image_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=request.args.get("branch_id"),
        profile=profile,
        serial_nos=serial_nos,
    )
    groups = group_by_entry(view.invoices, bill.entries, keep_empty=not view.narrowed)
    attachments = [] if view.narrowed else bill.attachments
    seen("image", bill, [*view.invoices, *attachments], branch_id=view.branch_id)
    return streamed(
        "image_view.html",
        bill=bill,
        view=view,
        groups=groups,
        attachments=attachments,
        first=_first(view, groups, attachments),
        facets=facets(view.invoices),
        levels=levels,
        stated=None if view.narrowed else stated(bill),
        search=[("profile", view.profile), *(("serialNo", each) for each in serial_nos)] if view.narrowed else [],
        at=addresses(grant),
    )


def _first(
    view: selection.ImageView[Invoice], groups: list[Group[Entry, Invoice]], attachments: list[Attachment]
) -> Invoice | Attachment | None:
    """What the stage shows at first: the marked entry's first invoice, or the first of all."""
    marked = [group for group in groups if view.marked and group.entry and group.entry.branch_id == view.branch_id]
    for group in (*marked, *groups):
        for invoice in (*group.shown, *group.elsewhere):
            return invoice
    return attachments[0] if attachments else None


def _asked_owner(bill: Bill) -> Invoice | Attachment:
    """Raises BadRequest where neither is named, UnknownSerialNo or UnknownFile."""
    serial_no, attachment_id = request.args.get("serialNo"), request.args.get("attachment")
    if not (serial_no or attachment_id):
        raise BadRequest(N_("No invoice or attachment is named; add serialNo=… or attachment=… to the address."))
    for invoice in bill.invoices:
        if not attachment_id and invoice.serial_no == serial_no:
            return invoice
    for attachment in bill.attachments:
        if attachment_id and attachment.attachment_id == attachment_id:
            return attachment
    raise UnknownFile if attachment_id else UnknownSerialNo(serial_no=serial_no)


def _asked_file(listed: list[File]) -> File | None:
    """The asked one of the files that this view lists; None where none is asked for. Raises UnknownFile."""
    file_id = request.args.get("file")
    if not file_id:
        return None
    for file in listed:
        if file.file_id == file_id:
            return file
    raise UnknownFile


def _asked_page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _opened(grant: Grant) -> Bill:
    """The bill; a browser's window is shown that upstream is being asked where that takes a while."""
    bills = archive().bills
    bill = bills.open_within(grant, PATIENCE, failed=failure_note()) if _is_window() else bills.open(grant)
    if bill is None:
        plain = address_with("wait", "1")
        abort(make_response(render_template("waiting.html", at=addresses(grant), plain=plain)))
    archive().files.bring_in(bill)
    return bill


def _is_window() -> bool:
    """Whether a browser asks for the page to show it itself; scripts, other clients and `wait=1` get the bill alone."""
    mode, place = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return mode == "navigate" and place in ("document", "iframe") and not request.args.get("wait")
