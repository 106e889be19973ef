"""The use cases: open a bill, bring its files in, draw a page, import bills, register an ERP's bill."""

import contextlib
from dataclasses import dataclass

from viewer.archive.audit import Audit
from viewer.archive.bills import Bills
from viewer.archive.binder import Binder
from viewer.archive.bindings import Bindings
from viewer.archive.calls import Calls
from viewer.archive.doctor import Doctor
from viewer.archive.fetching import Fetching
from viewer.archive.files import Files
from viewer.archive.grants import Grants
from viewer.archive.guesses import Guesses
from viewer.archive.imports import Imports
from viewer.archive.issuing import Issuings
from viewer.archive.messages import Messages
from viewer.archive.papers import Papers
from viewer.archive.renditions import Renditions
from viewer.archive.texts import Texts
from viewer.archive.turns import Quota
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.gateway.client import Gateway
from viewer.gateway.fetch import Fetcher
from viewer.store import queries
from viewer.store.database import Database
from viewer.store.schema import check_version


@dataclass(frozen=True)
class Archive:
    """Everything one installation can do, composed once."""

    settings: Settings
    database: Database
    blobs: Blobs
    decoders: Decoders
    bills: Bills
    grants: Grants
    guesses: Guesses
    audit: Audit
    sending: Quota
    files: Files
    renditions: Renditions
    texts: Texts
    papers: Papers
    binder: Binder
    calls: Calls
    imports: Imports
    issuings: Issuings
    bindings: Bindings
    messages: Messages
    doctor: Doctor
    closing: contextlib.ExitStack

    @classmethod
    def compose(cls, settings: Settings, *, decoder_processes: int = 2) -> "Archive":
        """The archive of an installation; `close` ends its threads, processes and connections. Raises OldSchema, or
        ConfigError where there is no store of originals."""
        with contextlib.ExitStack() as stack:
            database = Database(settings.database_url)
            stack.callback(database.close)
            check_version(database)
            blobs = Blobs(settings.blob_url)
            decoders = Decoders(settings, processes=decoder_processes)
            stack.callback(decoders.close)
            gateway = Gateway(settings) if settings.gateway_url else None
            if gateway:
                stack.callback(gateway.close)
            fetcher = Fetcher(settings)
            stack.callback(fetcher.close)
            bills = Bills(settings, database, gateway)
            stack.callback(bills.close)
            renditions = Renditions(settings, blobs, decoders)
            stack.callback(renditions.close)
            fetching = Fetching(database, blobs, decoders, fetcher, bills, renditions)
            files = Files(database, bills, fetching, waiting=settings.waiting_requests)
            stack.callback(files.close)
            texts = Texts(renditions, decoders=decoders.count)
            stack.callback(texts.close)
            papers = Papers(renditions, blobs, decoders)
            stack.callback(papers.close)
            audit = Audit(settings, database)
            issuings = Issuings(settings, database, gateway, audit)
            return cls(
                settings=settings,
                database=database,
                blobs=blobs,
                decoders=decoders,
                bills=bills,
                sending=Quota(most=settings.reader_downloads, all_readers=settings.downloads),
                audit=audit,
                guesses=Guesses(database, most=settings.failed_lookups),
                grants=Grants(settings, database, bills),
                files=files,
                renditions=renditions,
                texts=texts,
                papers=papers,
                binder=Binder(papers, decoders),
                calls=Calls(settings, database),
                imports=Imports(settings, database, blobs, files),
                issuings=issuings,
                bindings=Bindings(database, bills, gateway),
                messages=Messages(database, bills),
                doctor=Doctor(settings, gateway=gateway, issuings=issuings, decoders=decoders),
                closing=stack.pop_all(),
            )

    def stock(self) -> dict[str, dict[str, int]]:
        """What the database holds: bills by source, files by state."""
        with self.database.read() as session:
            return queries.stock(session)

    def close(self) -> None:
        self.closing.close()
