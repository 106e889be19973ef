"""Values and rules of bills, entries and invoices; no Flask, no database, no network."""
