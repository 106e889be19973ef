"""The database: what is known of bills, in SQLite by default, in PostgreSQL when one machine is not enough."""
