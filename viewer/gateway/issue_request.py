"""What a request for an invoice says: its schema, checked before anything is sent, each problem told with its field.

The body of the cloud's push is documented nowhere; the names are those of public integrations.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from viewer.domain.given import Given, Problem, problems_of
from viewer.errors import N_

CENT = Decimal("0.01")
ROUNDING = Decimal("0.06")
"""How far a line's tax may be from its amount times its rate."""
SPECIAL = frozenset({"27", "4"})
ON_PAPER = frozenset({"3", "4"})

Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$")]
Name = Annotated[Text, Field(min_length=1, max_length=100)]
Line100 = Annotated[Text, Field(max_length=100)]
TaxNo = Annotated[str, Field(pattern=r"^[0-9A-Z]{15,20}$")]
Amount = Annotated[Decimal, Field(max_digits=16, decimal_places=2)]
Positive = Annotated[Amount, Field(gt=0)]


class IssueItem(Given):
    """A row of the invoice. `detailAmount` is without tax; `taxAmount` follows from the rate where it isn't given."""

    goodsName: Name = Field(description='begins with the goods\' class, such as "*餐饮服务*餐费"')  # noqa: N815
    goodsCode: Annotated[str, Field(pattern=r"^[0-9]{19}$")] | None = None  # noqa: N815
    specModel: Annotated[Text, Field(max_length=40)] | None = None  # noqa: N815
    unit: Annotated[Text, Field(max_length=22)] | None = None
    num: Annotated[Decimal, Field(gt=0, max_digits=16)] | None = None
    unitPrice: Annotated[Decimal, Field(gt=0, max_digits=16)] | None = None  # noqa: N815
    detailAmount: Positive  # noqa: N815
    taxRate: Annotated[Decimal, Field(ge=0, le=Decimal("0.17"), description="a fraction: 0.06 is 6%")]  # noqa: N815
    taxAmount: Annotated[Amount, Field(ge=0)] | None = None  # noqa: N815

    @model_validator(mode="after")
    def adds_up(self) -> Self:
        right = self.detailAmount * self.taxRate
        if self.taxAmount is not None and abs(self.taxAmount - right) > ROUNDING:
            raise PydanticCustomError("tax", "", {"right": f"{right.quantize(CENT, ROUND_HALF_UP)}"})
        if self.num and self.unitPrice and abs(self.num * self.unitPrice - self.detailAmount) > CENT:
            raise PydanticCustomError("price", "", {"right": f"{(self.num * self.unitPrice).quantize(CENT)}"})
        return self

    @property
    def tax(self) -> Decimal:
        exact = self.detailAmount * self.taxRate
        return exact.quantize(CENT, ROUND_HALF_UP) if self.taxAmount is None else self.taxAmount


class IssueRequest(Given):
    """One invoice to issue: 26 数电普票, 27 数电专票, and on paper 3 普票, 4 专票. Sums that aren't given are counted."""

    serialNo: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,32}$", description="开票流水号")] | None = None  # noqa: N815
    account: Annotated[Text, Field(min_length=1, max_length=50, description="登录账号")] | None = None
    invoiceType: Literal["26", "27", "3", "4"]  # noqa: N815
    salerName: Name  # noqa: N815
    salerTaxNo: TaxNo  # noqa: N815
    salerAddress: Line100 | None = None  # noqa: N815
    salerPhone: Line100 | None = None  # noqa: N815
    salerCardName: Line100 | None = None  # noqa: N815
    salerCardNumber: Line100 | None = None  # noqa: N815
    buyerName: Name  # noqa: N815
    buyerTaxNo: TaxNo | None = None  # noqa: N815
    buyerAddress: Line100 | None = None  # noqa: N815
    buyerFixedTelephone: Line100 | None = None  # noqa: N815
    buyerCardName: Line100 | None = None  # noqa: N815
    buyerCardNumber: Line100 | None = None  # noqa: N815
    buyerEmail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=100)] | None = None  # noqa: N815
    buyerMobilePhone: Annotated[str, Field(pattern=r"^1[0-9]{10}$")] | None = None  # noqa: N815
    drawer: Annotated[Text, Field(min_length=1, max_length=20)]
    remark: Annotated[str, Field(max_length=200)] = ""
    invoiceAmount: Positive | None = None  # noqa: N815
    totalTaxAmount: Annotated[Amount, Field(ge=0)] | None = None  # noqa: N815
    totalAmount: Positive | None = None  # noqa: N815
    items: Annotated[tuple[IssueItem, ...], Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def adds_up(self) -> Self:
        if self.invoiceType in SPECIAL and not self.buyerTaxNo:
            raise PydanticCustomError("buyer", "")
        for name, right in self._sums().items():
            told = getattr(self, name)
            if told is not None and told != right:
                raise PydanticCustomError("sum", "", {"field": name, "right": f"{right:.2f}"})
        return self

    @property
    def total(self) -> Decimal:
        return self._sums()["totalAmount"]

    def body(self) -> dict[str, Any]:
        """What is sent: every field that says something, amounts as text with two decimals, the sums filled in."""
        told = self.model_dump(exclude_none=True)
        told["items"] = [_plain({**item.model_dump(exclude_none=True), "taxAmount": item.tax}) for item in self.items]
        return _plain({**told, **self._sums()})

    def _sums(self) -> dict[str, Decimal]:
        amount = sum((item.detailAmount for item in self.items), Decimal("0.00"))
        tax = sum((item.tax for item in self.items), Decimal("0.00"))
        return {"invoiceAmount": amount, "totalTaxAmount": tax, "totalAmount": amount + tax}


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _decimal(name, value) if isinstance(value, Decimal) else value for name, value in fields.items()}


def _decimal(name: str, value: Decimal) -> str:
    return f"{value:.2f}" if name.lower().endswith("amount") else f"{value.normalize():f}"


def read_request(data: object) -> tuple[IssueRequest | None, list[Problem]]:
    """The request, or else everything that is wrong with it."""
    try:
        return IssueRequest.model_validate(data), []
    except ValidationError as error:
        return None, list(problems_of(error, OWN_RULES))


OWN_RULES = {
    "tax": N_("taxAmount must be detailAmount times taxRate, {right}, give or take 0.06"),
    "price": N_("detailAmount must be num times unitPrice, {right}"),
    "buyer": N_("buyerTaxNo is missing: a special invoice needs the buyer's tax number"),
    "sum": N_("{field} must be the sum of the rows, {right}"),
}
