"""Prints and bundles of a view, how far their preparation is, and a print's pages as pictures."""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from apiflask import APIBlueprint
from flask import Response, request

from viewer import drawing
from viewer.archive.files import LONGEST_WAIT
from viewer.archive.packing import packed
from viewer.documents.sniff import PDF, ZIP
from viewer.domain.grant import Grant
from viewer.domain.print_layout import PrintOptions
from viewer.errors import N_, BadRequest
from viewer.imaging.cache import ENGINE
from viewer.web.access import mark_of, opens
from viewer.web.asked import BundleQuery, PagePictureQuery, PrintQuery, SelectionQuery
from viewer.web.audit import seen
from viewer.web.bound import bill_title, binding, pages_files, paper_source
from viewer.web.index_csv import index_csv, listed_files, members
from viewer.web.originals import disposition
from viewer.web.reader import archive
from viewer.web.schemas import ProgressOut
from viewer.web.viewed import Viewed, complete, selected

bp = APIBlueprint("bundles", __name__, url_prefix="/api/v1/bills", tag="Print and bundles")

PATIENCE = 1.5
"""Seconds for which one request for progress goes on with the preparation."""
ERRORS = dict.fromkeys([400, 401, 404, 502, 503, 504], "An error")


@bp.get("/<key>/bundle.pdf")
@opens("download", view="asked")
@bp.input(BundleQuery, location="query")
@bp.doc(summary="The view as one PDF, with a cover and bookmarks", responses={200: "The PDF", **ERRORS})
def bundle_pdf(grant: Grant, query_data: BundleQuery) -> Response:
    """Files that are on their way are waited for. The bytes are sent while they are made."""
    viewed = complete(grant, seconds=LONGEST_WAIT)
    bound = binding(viewed, cover=_cover(query_data), mark=mark_of(grant))
    seen("bundle.pdf", viewed.bill, viewed.shown.owners, branch_id=_entry(viewed), action="download")
    return _sent(archive().binder.bundle(bound), PDF, f"{bill_title(viewed)}.pdf", kind="attachment")


@bp.get("/<key>/bundle.zip")
@opens("original", view="asked")
@bp.input(SelectionQuery, location="query")
@bp.doc(summary="The view's originals, with an index.csv", responses={200: "The ZIP", **ERRORS})
def bundle_zip(grant: Grant, query_data: SelectionQuery) -> Response:
    """Every file that the view lists, named by entry, type and number."""
    viewed = complete(grant, seconds=LONGEST_WAIT)
    seen("bundle.zip", viewed.bill, viewed.shown.owners, branch_id=_entry(viewed), action="original")
    listed = listed_files(viewed, archive().blobs)
    at = (viewed.bill.fetched_at or datetime.now(UTC)).astimezone(archive().settings.timezone)
    stream = packed(archive().blobs, members(listed), index_csv(listed), at=at)
    return _sent(stream, ZIP, f"{bill_title(viewed)}.zip", kind="attachment")


@bp.get("/<key>/print.pdf")
@opens("print", view="asked")
@bp.input(PrintQuery, location="query")
@bp.doc(summary="The view's pages laid out on paper", responses={200: "The PDF", **ERRORS})
def print_pdf(grant: Grant, query_data: PrintQuery) -> Response:
    """Pages keep their proportions, and nothing of them is cut off."""
    options = _options()
    viewed = complete(grant, seconds=LONGEST_WAIT)
    bound = binding(viewed, mark=mark_of(grant))
    seen("print.pdf", viewed.bill, viewed.shown.owners, branch_id=_entry(viewed), action="print")
    return _sent(archive().binder.printed(bound, options), PDF, f"{bill_title(viewed)}.pdf", kind="inline")


@bp.get("/<key>/print.pdf/pages/<int:number>")
@opens("print", view="asked")
@bp.input(PagePictureQuery, location="query")
@bp.doc(summary="A page of that very print, as a picture", responses={200: "A JPEG", 304: "Unchanged", **ERRORS})
def print_page(grant: Grant, number: int, query_data: PagePictureQuery) -> Response:
    """It is drawn from that page of the PDF, which is made by the same steps as print.pdf. It isn't kept: a page holds several
    files, and no purge of one of them would find it."""
    options, width = _options(), query_data.width
    viewed = complete(grant, seconds=LONGEST_WAIT)
    bound = binding(viewed, mark=mark_of(grant))
    seen("print.pdf", viewed.bill, viewed.shown.owners, branch_id=_entry(viewed), action="print", hourly=True)
    with archive().papers.preparing():
        page = archive().binder.page(bound, options, number)
        response = Response(mimetype="image/jpeg")
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(f"{ENGINE}-{width}-{hashlib.sha256(page).hexdigest()[:32]}")
        response.make_conditional(request)
        if response.status_code != 304:
            decoders = archive().decoders
            response.set_data(decoders.run(drawing.draw_sheet, page, width, decoders.limits))
    return response


@bp.get("/<key>/bundle.pdf/progress")
@opens("download", view="asked")
@bp.input(BundleQuery, location="query")
@bp.output(ProgressOut)
@bp.doc(summary="How far the preparation of bundle.pdf is; goes on with it for 1.5 seconds", responses=ERRORS)
def bundle_pdf_progress(grant: Grant, query_data: BundleQuery) -> ProgressOut:
    return _papers_progress(grant, options=None, cover=_cover(query_data))


@bp.get("/<key>/bundle.zip/progress")
@opens("original", view="asked")
@bp.input(SelectionQuery, location="query")
@bp.output(ProgressOut)
@bp.doc(summary="How many of bundle.zip's files are here; waits for them for 1.5 seconds", responses=ERRORS)
def bundle_zip_progress(grant: Grant, query_data: SelectionQuery) -> ProgressOut:
    files = (viewed := selected(grant, seconds=PATIENCE)).files
    pending = len(viewed.pending)
    failed = sum(file.state == "unavailable" for file in files)
    done = len(files) - pending
    return ProgressOut(total=len(files), done=done, pending=pending, failed=failed, ready=not pending, pages=None)


@bp.get("/<key>/print.pdf/progress")
@opens("print", view="asked")
@bp.input(PrintQuery, location="query")
@bp.output(ProgressOut)
@bp.doc(summary="How far the preparation of print.pdf is; goes on with it for 1.5 seconds", responses=ERRORS)
def print_progress(grant: Grant, query_data: PrintQuery) -> ProgressOut:
    return _papers_progress(grant, options=_options(), cover=False)


def _papers_progress(grant: Grant, *, options: PrintOptions | None, cover: bool) -> ProgressOut:
    """The time goes to files that are on their way first; what is left of it, to papers."""
    end = time.monotonic() + PATIENCE
    viewed = selected(grant, seconds=PATIENCE)
    files = [file for owner in viewed.shown.owners for file in pages_files(owner)]
    pending = sum(file.state == "pending" for file in files)
    sources = [source for source in map(paper_source, files) if source]
    hopeless = len(files) - pending - len(sources)
    with archive().papers.preparing():
        prepared = archive().papers.prepare(sources, seconds=max(0.0, end - time.monotonic()))
        distinct = len(set(sources))
        ready = prepared.done == distinct and not pending and not viewed.pending
        pages = archive().binder.count(binding(viewed, cover=cover), options) if ready else None
    return ProgressOut(
        total=distinct + pending + hopeless,
        done=prepared.done + hopeless,
        pending=pending,
        failed=prepared.failed + hopeless,
        ready=ready,
        pages=pages,
    )


def _entry(viewed: Viewed) -> str | None:
    """The entry of a location view."""
    return viewed.branch_ids[0] if viewed.location else None


def _options() -> PrintOptions:
    return PrintOptions.parse(request.args.to_dict())


def _cover(query: BundleQuery) -> bool:
    if (asked := query.cover or "1") not in ("0", "1"):
        raise BadRequest(N_("{name} is one of {allowed}."), name="cover", allowed="0, 1")
    return asked == "1"


def _sent(stream: Iterator[bytes], media_type: str, name: str, *, kind: str) -> Response:
    """One of the few preparations of this process, until its last byte is sent or its reader has gone."""
    preparing = contextlib.ExitStack()
    preparing.enter_context(archive().papers.preparing())
    response = Response(stream, mimetype=media_type)
    response.call_on_close(preparing.close)
    response.headers["Content-Disposition"] = disposition(kind, name)
    return response
