"""What requests to the API say: queries and bodies (OpenAPI is made from these)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from viewer.domain.embed_token import LONGEST_ID, LONGEST_SUB, LONGEST_TTL
from viewer.domain.grant import Action, View

Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL's texts can't hold it."""


class DoctorQuery(BaseModel):
    error: str | None = Field(None, description="an error's text or code, or a whole answer, to be explained")
    client_id: str | None = Field(None, description="of the request that failed; so are the following")
    tax_no: str | None = None
    account: str | None = None
    serial_no: str | None = None


class SignedCallIn(BaseModel):
    """A signed server call: `sign` as upstream signs, `timestamp` in milliseconds."""

    client_id: str = ""
    timestamp: str | int = ""
    sign: str = ""
    encType: str | int = ""  # noqa: N815 - the upstream's own name


class PushIn(SignedCallIn):
    """`data` has `bxd_key` (the bill's id), for `saveEntrys` also `branch_id`, and `list`: an invoice or
    several, with `fid` (serial number), `fplx` type, `fpdm` code, `fphm` number, `jshj` total, `kprq` date, `se` tax."""

    type: Literal["saveBill", "saveEntrys"]
    data: dict[str, Any]


class RegisterIn(SignedCallIn):
    bill_id: Annotated[str, Field(min_length=1, max_length=200, pattern=WITHOUT_NUL)]
    bill_no: Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)] | None = None
    branch_id: Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)] | None = None


class EmbedTokenIn(SignedCallIn):
    """A token's claims; exactly one of the first three names the bill. A misspelt claim would make a token that opens more than
    was meant, so no other field is taken."""

    model_config = ConfigDict(extra="forbid")

    bill_id: Id | None = None
    bill_no: Id | None = None
    image_number: Id | None = None
    branch_id: Id | None = Field(None, description="limits the token to this entry")
    views: list[View] | None = Field(None, description="both where it is missing")
    actions: list[Action] | None = Field(None, description="view alone where it is missing")
    sub: Annotated[str, Field(max_length=LONGEST_SUB)] | None = Field(None, description="the reader's name")
    ttl: int = Field(600, ge=1, le=LONGEST_TTL, description="seconds for which the token is good")


class RotationIn(BaseModel):
    rotation: Literal[0, 90, 180, 270] = Field(description="clockwise degrees, after EXIF")


class ImageViewQuery(BaseModel):
    branch_id: str | None = Field(None, description="marks this entry; never filters")
    profile: str | None = Field(None, description="aws (default) or eas")
    serialNo: str | None = Field(None, description="with eas: narrows to these; repeated or separated by commas")  # noqa: N815


class LocationViewQuery(BaseModel):
    branch_id: str | None = Field(None, description="the entry; required")
    serialNo: str | None = Field(None, description="picks one of the entry's invoices; default the first")  # noqa: N815


class SearchQuery(ImageViewQuery):
    q: str | None = Field(
        None,
        description="terms separated by spaces, all of which an invoice must have; at most 200 characters. Width, case, "
        "commas and currency signs make no difference",
    )
    view: str | None = Field(None, description="image (default) or location; the rest of the query is that view's own")


class SelectionQuery(ImageViewQuery):
    """A view, asked for as everywhere, and a selection within it."""

    view: str | None = Field(None, description="image (default) or location; the rest of the query is that view's own")
    entry: str | None = Field(None, description="only what hangs on this entry; repeated for several")
    invoice: str | None = Field(None, description="only these serial numbers; repeated or separated by commas")
    attachment: str | None = Field(None, description="only these attachments, by attachment_id; repeated for several")
    attachments: str | None = Field(None, description="0: no attachments but those asked for one by one")


class BundleQuery(SelectionQuery):
    cover: str | None = Field(None, description="0: without the cover page")


class PrintQuery(SelectionQuery):
    layout: str | None = Field(None, description="1up (default), 2up, 4up, asis")
    paper: str | None = Field(None, description="A4 (default), A5, 240x140")
    binding: str | None = Field(None, description="binding margin in millimetres, 0 (default) to 50")
    edge: str | None = Field(None, description="where the binding margin is: left (default) or top")
    footer: str | None = Field(None, description="0: without bill number and page index")
    grey: str | None = Field(None, description="1: in shades of grey")


class PagePictureQuery(PrintQuery):
    width: int = Field(800, ge=16, le=2000, description="pixels")


class WaitQuery(BaseModel):
    wait: float = Field(0, ge=0, le=20, description="seconds to wait for pending files")


class DownloadQuery(BaseModel):
    download: bool = Field(False, description="attach the original file name")
