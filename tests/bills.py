"""Bills for one test each: no two tests share a userkey, so they can share a sandbox and an installation."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.parts import bill, data_file, digital, entry, guid, invoice, line, original
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueEntry, CatalogueFile, CatalogueInvoice

_numbers = itertools.count(1)


def new_bill(*counts: int, header: int = 0, drawn: bool = True) -> CatalogueBill:
    """A bill with so many invoices on each entry, and on the header. What isn't drawn has an XML file, made in no time."""
    name = f"TEST-{next(_numbers)}"
    entries = tuple(_entry(f"{name} {row}") for row in range(len(counts)))
    hung: list[Sequence[CatalogueEntry]] = [
        [each] for each, count in zip(entries, counts, strict=True) for _ in range(count)
    ]
    hung += [[]] * header
    return bill(
        guid(name),
        name,
        "测试单据",
        "A bill to test with",
        applicant="何以沫",
        department="行政部",
        date=date(2026, 9, 11),
        entries=entries,
        invoices=tuple(new_invoice(on, drawn=drawn) for on in hung),
    )


def split_bill() -> CatalogueBill:
    """One invoice on both of its entries."""
    empty = new_bill(0, 0)
    return replace(empty, invoices=(new_invoice(empty.entries),))


def new_invoice(on: Sequence[CatalogueEntry], *, drawn: bool = True) -> CatalogueInvoice:
    """An invoice on these entries, like no other."""
    paper = digital(
        "26", 500_000_000 + next(_numbers), date(2026, 9, 3), of.PRINTING, [line("*印刷服务*名片", "97.03")]
    )
    return invoice(paper, on, original(paper) if drawn else data_file(paper))


def with_files(base: CatalogueBill, **changes: object) -> CatalogueBill:
    """The same bill whose files are changed so."""
    return replace(
        base,
        invoices=tuple(replace(it, files=tuple(_changed(file, changes) for file in it.files)) for it in base.invoices),
    )


def _changed(file: CatalogueFile, changes: dict[str, object]) -> CatalogueFile:
    return replace(file, **changes)  # type: ignore[arg-type]


def _entry(name: str) -> CatalogueEntry:
    return entry(guid(name), "6602.01", "办公费", "102.85", name)
