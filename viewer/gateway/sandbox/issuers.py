"""Who may call and who may issue: clients with their secrets and tokens, and issuers by client, tax number and login account."""

import secrets
import time
from typing import Literal

from viewer.gateway.sandbox.schema import Database

Missing = Literal["clientId", "taxNo", "account"]


class Issuers:
    """Kept in the state's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_client(self, client_id: str, client_secret: str, *, is_tenant: bool) -> None:
        with self._database.writing() as connection:
            row = (client_id, client_secret, is_tenant)
            connection.execute("INSERT OR REPLACE INTO clients VALUES (?, ?, ?)", row)

    def put(self, client_id: str, tax_no: str, account: str) -> None:
        """Lets this account of this company issue invoices for this tenant."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO issuers VALUES (?, ?, ?)", (client_id, tax_no, account))

    def secret_of(self, client_id: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT client_secret FROM clients WHERE client_id = ?", (client_id,)).fetchone()
        return str(row["client_secret"]) if row else None

    def missing(self, client_id: str, tax_no: str, account: str) -> Missing | None:
        """What keeps the issuer from being found, by the order of FAQ 1.2: is the clientId a tenant's, has it a company of
        this tax number, has that this login account."""
        tenant = "SELECT 1 FROM clients WHERE client_id = ? AND is_tenant"
        company = "SELECT 1 FROM issuers WHERE client_id = ? AND tax_no = ?"
        with self._database.reading() as connection:
            if connection.execute(tenant, (client_id,)).fetchone() is None:
                return "clientId"
            if connection.execute(company, (client_id, tax_no)).fetchone() is None:
                return "taxNo"
            found = connection.execute(f"{company} AND account = ?", (client_id, tax_no, account))
            return None if found.fetchone() else "account"

    def new_token(self, client_id: str, seconds: float) -> str:
        """A fresh access token."""
        token = secrets.token_hex(32)
        with self._database.writing() as connection:
            connection.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, client_id, time.time() + seconds))
        return token

    def holder_of(self, token: str) -> str | None:
        """The client whose token this is; None for one that ran out or that nobody was given."""
        good = "SELECT client_id FROM tokens WHERE token = ? AND expires > ?"
        with self._database.reading() as connection:
            row = connection.execute(good, (token, time.time())).fetchone()
        return str(row["client_id"]) if row else None

    def expire_tokens(self) -> None:
        """Every token that was granted so far has run out."""
        with self._database.writing() as connection:
            connection.execute("UPDATE tokens SET expires = 0")
