"""The API under /api/v1. Errors are problem+json; the language of names follows `?lang=`, then Accept-Language."""

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from flask_babel import gettext

from viewer.archive.doctor import report, told
from viewer.domain import selection
from viewer.domain.codes import PROBLEMS
from viewer.domain.embed_token import CLAIMS, Claims, WrongClaim
from viewer.domain.grant import Grant
from viewer.domain.search import parse_query
from viewer.errors import N_, BadRequest, FileUnavailable
from viewer.store.models import Bill
from viewer.web import present, searching
from viewer.web.access import opens
from viewer.web.asked import (
    DoctorQuery,
    DownloadQuery,
    EmbedTokenIn,
    ImageViewQuery,
    LocationViewQuery,
    PushIn,
    RegisterIn,
    RotationIn,
    SearchQuery,
    WaitQuery,
)
from viewer.web.audit import seen, seen_file
from viewer.web.operator import clues_of, require_operator
from viewer.web.originals import send_original
from viewer.web.reader import archive, language, reader_of
from viewer.web.schemas import (
    BillOut,
    DoctorOut,
    EmbedTokenOut,
    ImageViewOut,
    LocationViewOut,
    RegisteredOut,
    RotationOut,
    SearchOut,
    UserkeyOut,
)

bp = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Bills")

NO_BILL = [400, 401, 404, 502, 504]


@bp.get("/userkeys/<key>")
@opens("view", view="image")
@bp.output(UserkeyOut)
@bp.doc(summary="What a userkey resolves to", responses=NO_BILL)
def resolve(grant: Grant) -> UserkeyOut:
    found = archive().bills.open(grant)
    seen("userkey", found, hourly=True)
    return present.userkey_out(found, grant)


@bp.post("/userkeys")
@bp.input(RegisterIn, location="json")
@bp.output(RegisteredOut)
@bp.doc(summary="The userkey of an ERP's bill, the same for every entry of it", responses=[400, 401, 502, 504])
def register(json_data: RegisterIn) -> dict[str, str]:
    """Registers the bill and the entry, so that both are known before any invoice hangs on them."""

    def act() -> dict[str, str]:
        bills = archive().bills
        return {
            "userkey": bills.register(
                bill_id=json_data.bill_id, bill_no=json_data.bill_no or None, branch_id=json_data.branch_id or None
            )
        }

    fields = json_data.model_dump(mode="json")
    return archive().calls.answer(path=request.path, body=request.get_data(), fields=fields, act=act)


@bp.post("/push")
@bp.input(PushIn, location="json")
@bp.output(RegisteredOut)
@bp.doc(summary="What the cloud's channel or the ERP reports of a bill", responses=[400, 401, 502, 504])
def push(json_data: PushIn) -> dict[str, str]:
    """`saveEntrys`: exactly the listed invoices hang on the entry. `saveBill`: the bill has these invoices too. Told twice is
    as good as once; the bill is asked for anew when it is opened next."""

    def act() -> dict[str, str]:
        return {"userkey": archive().messages.take(json_data.type, json_data.data)}

    fields = json_data.model_dump(mode="json", exclude={"data"})
    return archive().calls.answer(path=request.path, body=request.get_data(), fields=fields, act=act)


@bp.get("/doctor")
@bp.input(DoctorQuery, location="query")
@bp.output(DoctorOut)
@bp.doc(summary="The doctor's report, for bearers of the operator's token", responses=[401])
def doctor(query_data: DoctorQuery) -> dict[str, Any]:
    """Looks at everything the installation needs; with `error` also explains what the invoice cloud answered."""
    require_operator()
    healer = archive().doctor
    text = (query_data.error or "").strip()
    explained = told(healer.explain(text, clues_of(request.args)), language(), gettext) if text else None
    return {**report(healer.check_up(), gettext), "explanation": explained}


@bp.post("/embed-tokens")
@bp.input(EmbedTokenIn, location="json")
@bp.output(EmbedTokenOut)
@bp.doc(summary="A signed embed token for one reader", responses=[400, 401])
def embed_token(json_data: EmbedTokenIn) -> dict[str, str]:
    """For an ERP that doesn't sign tokens itself."""
    try:
        claims = Claims.parse(json_data.model_dump(include=set(CLAIMS)))
    except WrongClaim as error:
        raise BadRequest(N_("The parameter “{name}” is missing or wrong."), name=str(error)) from error

    def act() -> dict[str, str]:
        token, expires = archive().grants.sign(claims, seconds=json_data.ttl)
        return {"token": token, "expires_at": datetime.fromtimestamp(expires, UTC).isoformat()}

    fields = json_data.model_dump(mode="json")
    return archive().calls.answer(path=request.path, body=request.get_data(), fields=fields, act=act)


@bp.get("/bills/<key>")
@opens("view", view="image")
@bp.input(WaitQuery, location="query")
@bp.output(BillOut)
@bp.doc(summary="The whole bill", responses=[*NO_BILL, 503])
def bill(grant: Grant, query_data: WaitQuery) -> BillOut:
    found = archive().bills.open(grant)
    if query_data.wait:
        archive().files.wait(found, seconds=query_data.wait)
        found = archive().bills.stored(grant) or found
    else:
        archive().files.bring_in(found)
    seen("bill", found, [*found.invoices, *found.attachments], hourly=True)
    return present.bill_out(found, grant)


@bp.post("/bills/<key>/refresh")
@opens("refresh", view="any")
@bp.output(BillOut)
@bp.doc(
    summary="Asks upstream now, at most once in ten seconds",
    responses={204: "Done; the token doesn't open the whole bill"} | dict.fromkeys(NO_BILL, "An error"),
)
def refresh(grant: Grant) -> BillOut | Response:
    found = archive().bills.refresh(grant)
    archive().files.bring_in(found)
    seen("refresh", found, action="refresh")
    return present.bill_out(found, grant) if grant.may_view("image") else Response(status=204)


@bp.get("/bills/<key>/views/image")
@opens("view", view="image")
@bp.input(ImageViewQuery, location="query")
@bp.output(ImageViewOut)
@bp.doc(summary="The image view: the whole bill", responses=NO_BILL)
def image_view(grant: Grant, query_data: ImageViewQuery) -> ImageViewOut:
    return _image_view(_opened(grant), grant, query_data)


@bp.get("/bills/<key>/views/location")
@opens("view", view="location")
@bp.input(LocationViewQuery, location="query")
@bp.output(LocationViewOut)
@bp.doc(summary="The location view: one entry's single invoice", responses=NO_BILL)
def location_view(grant: Grant, query_data: LocationViewQuery) -> LocationViewOut:
    return _location_view(_opened(grant), grant, query_data)


@bp.get("/bills/<key>/search")
@opens("view", view="asked")
@bp.input(SearchQuery, location="query")
@bp.output(SearchOut)
@bp.doc(summary="What a view shows of some words: facts, and places on pages", responses=NO_BILL)
def search(grant: Grant, query_data: SearchQuery) -> SearchOut:
    """Searches exactly what that view's own answer holds; in the location view without a serial number, what it holds for
    each of this entry's own invoices. Texts of pages are read at need, for at most 1.5 seconds; the answer tells what is
    known by then and how much is left."""
    terms = parse_query(query_data.q)
    in_view = _in_image_view if selection.parse_view(query_data.view) == "image" else _in_location_view
    return searching.search(query_data.q or "", terms, in_view(_opened(grant), grant, query_data), archive().texts)


@bp.get("/bills/<key>/files/<file_id>")
@opens("original", view="any")
@bp.input(DownloadQuery, location="query")
@bp.doc(
    summary="An original's bytes",
    responses={200: "The file", 206: "A part of it", 304: "Unchanged"}
    | dict.fromkeys([400, 401, 404, 416, 503], "An error"),
)
def original(grant: Grant, file_id: str, query_data: DownloadQuery) -> Response:
    file = archive().files.file(grant, file_id)
    if file.sha256 is None or file.size is None:
        raise FileUnavailable(PROBLEMS[file.problem]) if file.problem else FileUnavailable()
    archive().blobs.require(file.sha256)
    seen_file("original", file, action="original")
    sending, reader = archive().sending, reader_of(file, grant)
    return send_original(file, archive().blobs, download=query_data.download, sending=sending, reader=reader)


@bp.put("/bills/<key>/files/<file_id>/rotation")
@opens("rotate", view="any")
@bp.input(RotationIn, location="json")
@bp.output(RotationOut)
@bp.doc(summary="Turns a file for every later reader", responses=[400, 401, 404])
def rotate(grant: Grant, file_id: str, json_data: RotationIn) -> RotationOut:
    """Pixels and page sizes stay; pages, print and bundles show the file turned."""
    seen_file("rotation", archive().files.rotate(grant, file_id, json_data.rotation), action="rotate")
    return RotationOut(file_id=file_id, rotation=json_data.rotation)


def _opened(grant: Grant) -> Bill:
    """The bill, its files on their way."""
    found = archive().bills.open(grant)
    archive().files.bring_in(found)
    return found


def _image_view(bill: Bill, grant: Grant, query: ImageViewQuery) -> ImageViewOut:
    view = selection.image_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=query.branch_id,
        profile=query.profile,
        serial_nos=request.args.getlist("serialNo"),
    )
    attachments = [] if view.narrowed else bill.attachments
    seen("data", bill, [*view.invoices, *attachments], branch_id=view.branch_id, hourly=True)
    return present.image_view_out(view, attachments)


def _location_view(bill: Bill, grant: Grant, query: LocationViewQuery | ImageViewQuery) -> LocationViewOut:
    view = selection.location_view(
        bill.invoices, branch_ids=bill.branch_ids, branch_id=grant.entry(query.branch_id), serial_no=query.serialNo
    )
    seen("data", bill, [view.invoice], branch_id=view.branch_id, hourly=True)
    return present.location_view_out(view)


def _in_image_view(bill: Bill, grant: Grant, query: ImageViewQuery) -> list[searching.Owner]:
    view = _image_view(bill, grant, query)
    return [*view.invoices, *view.attachments]


def _in_location_view(bill: Bill, grant: Grant, query: ImageViewQuery) -> list[searching.Owner]:
    """What the view shows, for each of the serial numbers between which its reader goes."""
    serial_nos = [query.serialNo] if query.serialNo else _location_view(bill, grant, query).serial_nos
    views = (_location_view(bill, grant, query.model_copy(update={"serialNo": serial_no})) for serial_no in serial_nos)
    return [view.invoice for view in views if view.invoice]
