"""The invoice cloud's wire format into our values. Tolerant: unknown fields are kept in `raw`, odd ones are never fatal."""
