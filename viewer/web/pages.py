"""The pages: look-up, image view, location view, and the upstream's own address for them. All work without JavaScript."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from viewer.domain import selection
from viewer.domain.groups import group_by_entry
from viewer.errors import BadKey, NotFound, ViewerError
from viewer.store.models import Bill
from viewer.web.demo import demo_bills
from viewer.web.reader import addresses, archive, language, userkey_of

bp = Blueprint("pages", __name__)


@bp.get("/")
def look_up() -> AnyResponse | tuple[str, int] | str:
    """A box for a userkey; in the demo also links to the demo bills."""
    demo = demo_bills(archive().settings)
    asked = "".join(request.args.get("userkey", "").split())
    if not asked:
        return render_template("look_up.html", demo=demo, asked="", problem=None)
    try:
        userkey_of(asked)
    except ViewerError as error:
        problem = error.text(gettext)
        return render_template("look_up.html", demo=demo, asked=asked, problem=problem), error.status
    return redirect(addresses(asked).image_view())


@bp.get("/bills/<key>")
def image_view(key: str) -> str:
    """The whole bill, grouped by entry."""
    return _image_view(key, profile=request.args.get("profile"), serial_nos=request.args.getlist("serialNo"))


@bp.get("/m4-web/fpzs/expense/showInvoice")
def show_invoice() -> str:
    """The upstream page's own address: with a serial number EAS's narrowed view, without the whole bill."""
    key = request.args.get("userKey", "")
    if not key:
        raise BadKey
    serial_nos = [serial_no for serial_no in request.args.getlist("serialNo") if serial_no]
    return _image_view(key, profile="eas" if serial_nos else None, serial_nos=serial_nos)


@bp.get("/bills/<key>/location")
def location_view(key: str) -> str:
    """One entry's single invoice."""
    bill = _opened(key)
    view = selection.location_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=request.args.get("branch_id"),
        serial_no=request.args.get("serialNo"),
    )
    entry = next(entry for entry in bill.entries if entry.branch_id == view.branch_id)
    page = max(1, request.args.get("page", 1, type=int))
    return render_template("location_view.html", bill=bill, view=view, entry=entry, page=page, at=addresses(key))


@bp.post("/bills/<key>/refresh")
def refresh(key: str) -> AnyResponse:
    """Asks upstream now, then back to where the reader was on this bill."""
    archive().bills.refresh(userkey_of(key))
    at = addresses(key)
    branch_id, serial_no = request.form.get("branch_id"), request.form.get("serialNo")
    return redirect(at.location_view(branch_id, serial_no) if branch_id else at.image_view(), code=303)


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


@bp.get("/api/docs")
def api_docs() -> str:
    """The API to read and to try, from its own OpenAPI document."""
    return render_template("api_docs.html", document=url_for("openapi.spec"))


def _image_view(key: str, *, profile: str | None, serial_nos: list[str]) -> str:
    bill = _opened(key)
    view = selection.image_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=request.args.get("branch_id"),
        profile=profile,
        serial_nos=serial_nos,
    )
    groups = group_by_entry(view.invoices, bill.entries, keep_empty=not view.narrowed)
    attachments = [] if view.narrowed else bill.attachments
    return render_template(
        "image_view.html", bill=bill, view=view, groups=groups, attachments=attachments, at=addresses(key)
    )


def _opened(key: str) -> Bill:
    bill = archive().bills.open(userkey_of(key))
    archive().files.bring_in(bill)
    return bill


@bp.after_request
def never_kept(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
