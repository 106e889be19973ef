"""What a doctor's findings are called (message ids)."""

from viewer.errors import N_

CHECKS = {
    "configuration": N_("Configuration"),
    "environment": N_("Environment"),
    "dns": N_("Name (DNS)"),
    "tls": N_("Encryption (TLS)"),
    "clock": N_("Clock"),
    "credentials": N_("Credentials"),
    "database": N_("Database"),
    "blobs": N_("Originals"),
    "fonts": N_("Fonts"),
    "decoders": N_("Decoders"),
    "disk": N_("Disk"),
}

CHECK_STATES = {"ok": N_("ok"), "warning": N_("look at it"), "failed": N_("failed"), "skipped": N_("not needed")}

VERDICTS = {"cause": N_("this is it"), "ruled_out": N_("ruled out"), "unknown": N_("not tested")}

UNKNOWN_ERROR = N_("This error isn't known here. Ask the invoice cloud's people, and quote the traceId of the answer.")
UNKNOWN_TRACE = N_("The text has no traceId; the answer of the call does, beside errcode and description.")
