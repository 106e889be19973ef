"""The one error tree. Each class carries its HTTP status, its stable `code`, and words that say what happened and what to do.

Words are English message ids with named placeholders; whoever shows an error translates first and fills in afterwards
(`error.text(gettext)`). Nothing here imports anything, so every room can raise these.
"""

from collections.abc import Callable
from typing import ClassVar


def N_(message: str) -> str:
    """Marks a message id for extraction; translation happens where it is shown."""
    return message


class ViewerError(Exception):
    """Base of every error that a reader, an ERP or an operator may see."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = N_("Something went wrong here")
    message: ClassVar[str] = N_(
        "This is a fault of the viewer, not of your request. Try again; if it stays, tell the operator the time."
    )

    def __init__(self, message: str | None = None, *, retry_after: int | None = None, **params: object) -> None:
        self.template = message or type(self).message
        self.params = params
        self.retry_after = retry_after
        super().__init__(self.text(str))

    def text(self, translate: Callable[[str], str]) -> str:
        """The message in the language of `translate`, with its facts filled in; an error among them is its text."""
        facts = {
            name: fact.text(translate) if isinstance(fact, ViewerError) else fact for name, fact in self.params.items()
        }
        return translate(self.template).format(**{"retry_after": self.retry_after, **facts})


class BadRequest(ViewerError):
    status, code = 400, "bad_request"
    title = N_("The request can't be understood")
    message = N_("A parameter of this request is wrong. Check the address.")


class BadKey(ViewerError):
    status, code = 400, "bad_key"
    title = N_("This is not a userkey")
    message = N_("A userkey has 32 hexadecimal digits. Copy it again from the ERP, without spaces.")


class BadImageRequest(ViewerError):
    status, code = 400, "bad_image_request"
    title = N_("This image request is wrong")
    message = N_("The image request “{request}” is not one that this server answers.")


class BranchIdMissing(ViewerError):
    status, code = 400, "branch_id_missing"
    title = N_("The entry is missing")
    message = N_("The location view shows one entry's invoice; add branch_id=… with the entry's id.")


class BadToken(ViewerError):
    status, code = 401, "bad_token"
    title = N_("This link is not valid")
    message = N_("The link's signature is wrong or it has expired. Open the bill again from the ERP.")


class ExpiredToken(BadToken):
    """A token that was rightly signed and is over: nobody's guess."""

    message = N_("The link has expired. Open the bill again from the ERP.")


class NotAllowed(ViewerError):
    """A view or an action that a token doesn't allow."""

    status, code = 403, "not_allowed"
    title = N_("This link doesn't allow that")
    message = N_("The link was made out for less than this ({what}). Open the bill again from the ERP, or ask there.")


class BadSignature(ViewerError):
    status, code = 401, "bad_signature"
    title = N_("The call's signature is not valid")
    message = N_("The signature doesn't fit client_id, timestamp and encType. Check the client secret.")


class NotFound(ViewerError):
    status, code = 404, "not_found"
    title = N_("There is nothing at this address")
    message = N_("No page of the viewer has this address. Check it, or start from the look-up page.")


class UnknownUserkey(NotFound):
    code = "unknown_userkey"
    title = N_("No bill has this userkey")
    message = N_(
        "Neither this viewer nor the invoice cloud knows a bill with this userkey. Open the bill again from the ERP."
    )


class UnknownBranchId(NotFound):
    code = "unknown_branch_id"
    title = N_("This bill has no such entry")
    message = N_(
        "The entry {branch_id} is not one of this bill. Check the entry's id in the ERP, or show the whole bill."
    )


class UnknownSerialNo(NotFound):
    code = "unknown_serial_no"
    title = N_("There is no such invoice here")
    message = N_(
        "The invoice with serial number {serial_no} is not part of what was asked for. Check the number, or show the whole bill."
    )


class UnknownPage(NotFound):
    code = "unknown_page"
    title = N_("This bill has no such page")
    message = N_("This page is not one of this bill. Open the bill again; its files may have changed.")


class UnknownFile(NotFound):
    code = "unknown_file"
    title = N_("This bill has no such file")
    message = N_("This file is not one of this bill. Open the bill again; its files may have changed.")


class MethodNotAllowed(ViewerError):
    status, code = 405, "method_not_allowed"
    title = N_("This address doesn't take that method")
    message = N_("The address exists but takes other methods only: {allowed}")


class TooLarge(ViewerError):
    status, code = 413, "too_large"
    title = N_("The request is too large")
    message = N_("The request's body is larger than the viewer takes.")


class BadRange(ViewerError):
    status, code = 416, "bad_range"
    title = N_("This part of the file doesn't exist")
    message = N_("The file has {size} bytes; the asked range lies outside.")


class UnreadableDocument(ViewerError):
    """A file whose pages can't be shown; `problem` is one of the codes in `viewer.domain.codes.PROBLEMS`."""

    status, code = 422, "unreadable_document"
    title = N_("This file can't be shown")
    message = N_("The file is damaged or of a kind that can't be shown. The original can still be downloaded.")

    def __init__(self, message: str | None = None, *, problem: str = "damaged") -> None:
        super().__init__(message)
        self.problem = problem


class TooManyRequests(ViewerError):
    status, code = 429, "too_many_requests"
    title = N_("Too many requests")
    message = N_("This server has been asked too much at once. Try again in {retry_after} s.")

    def __init__(self, message: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=retry_after)


class NotReady(ViewerError):
    status, code = 503, "not_ready"
    title = N_("Not ready yet")
    message = N_("The file is still on its way from the invoice cloud. Try again in a moment.")


class FileUnavailable(NotReady):
    title = N_("The file can't be fetched")
    message = N_("The invoice cloud doesn't hand this file out at the moment. Refresh the bill to ask again.")


class OriginalGone(FileUnavailable):
    """A file whose bytes were stored and are no longer: its bill was purged, or the store lost them."""

    title = N_("The file is no longer here")
    message = N_(
        "The original of this file is no longer stored here. Open the bill again; if it stays, tell the operator."
    )


class UpstreamError(ViewerError):
    """The invoice cloud didn't give a usable answer; a stored copy may cover for it."""

    status, code = 502, "upstream_unreachable"
    title = N_("The invoice cloud can't be reached")
    message = N_("The invoice cloud didn't answer, and no copy of this bill is stored here. Try again in a minute.")


class UpstreamUnreachable(UpstreamError):
    message = N_(
        "The invoice cloud gave no usable answer ({reason}), and no copy of this bill is stored here. Try again in a minute."
    )


class UpstreamTimeout(UpstreamError):
    status, code = 504, "upstream_timeout"
    title = N_("The invoice cloud is too slow")
    message = N_(
        "The invoice cloud didn't answer within {seconds} seconds, and no copy of this bill is stored here. Try again in a minute."
    )


class UpstreamRefused(UpstreamError):
    """The envelope's `errcode` was not "0000"."""

    code = "upstream_refused"
    title = N_("The invoice cloud refused")
    message = N_("The invoice cloud refused with code {errcode}: {description}. (trace {trace_id})")

    def __init__(self, *, errcode: str, description: str, trace_id: str = "") -> None:
        super().__init__(errcode=errcode, description=description, trace_id=trace_id or "–")
        self.errcode = errcode
        self.description = description
        self.trace_id = trace_id


class LinkExpired(UpstreamError):
    """A file link that upstream no longer honours; a fresh list may bring a new one."""

    message = N_("The invoice cloud's link to this file has expired.")


class DownloadRefused(UpstreamError):
    """A file that wasn't fetched; `problem` is one of the codes in `viewer.domain.codes.PROBLEMS`."""

    message = N_("The file was not fetched ({problem}).")

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)
        self.problem = problem


class CommandError(ViewerError):
    """What a command can't do, in one line for the terminal."""

    code = "command"


class ConfigError(CommandError):
    """A setting is unknown or wrong; the one line names the variable."""

    code = "config"


class IssuingRefused(CommandError):
    """A request for an invoice that our own rule keeps from being sent (viewer.domain.issuing)."""

    code = "issuing_refused"


class IssuingUnknown(CommandError):
    """A request for an invoice was recorded, perhaps sent, and nobody here knows what became of it."""

    code = "issuing_unknown"
    message = N_(
        "Whether an invoice was issued under the reqid {reqid} is not known: it was recorded at {when}, and no answer came. "
        "It is never sent again. Look for the serial number {serial_no} first: viewer invoice query {serial_no}. Only if "
        "there is no invoice, issue anew under another reqid."
    )


class WrongFields(CommandError):
    """A request for an invoice whose fields are wrong: one line for each, with its place."""

    code = "wrong_fields"
    message = N_("The request for an invoice was not sent; this is wrong in it:\n{lines}")


class OldSchema(CommandError):
    code = "old_schema"
    message = N_("The database {database} has schema {found}, this version needs {wanted}. Run: viewer upgrade")
