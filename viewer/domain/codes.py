"""The upstream's codes and their names (message ids; Chinese in the catalogue). An unknown code is shown as it came."""

from viewer.errors import N_, OriginalGone

INVOICE_TYPES = {
    "1": N_("VAT e-invoice (general)"),
    "2": N_("VAT e-invoice (special)"),
    "3": N_("VAT invoice (general)"),
    "4": N_("VAT invoice (special)"),
    "5": N_("VAT roll invoice"),
    "7": N_("General machine-printed invoice"),
    "8": N_("Taxi receipt"),
    "9": N_("Train ticket"),
    "10": N_("Air transport itinerary"),
    "11": N_("Other paper"),
    "12": N_("Motor vehicle invoice"),
    "13": N_("Used vehicle invoice"),
    "14": N_("Fixed-amount invoice"),
    "15": N_("Road toll e-invoice"),
    "16": N_("Coach ticket"),
    "17": N_("Road and bridge toll"),
    "19": N_("Tax payment certificate"),
    "20": N_("Ship ticket"),
    "21": N_("Customs payment book"),
    "23": N_("General machine-printed e-invoice"),
    "24": N_("Train refund receipt"),
    "25": N_("Fiscal e-receipt"),
    "26": N_("Digital invoice (general)"),
    "27": N_("Digital invoice (special)"),
    "28": N_("Digital air itinerary"),
    "29": N_("Digital railway ticket"),
    "83": N_("Digital motor vehicle invoice"),
    "84": N_("Digital used vehicle invoice"),
}

CHECK_STATUSES = {"1": N_("Verified"), "2": N_("Verification failed"), "3": N_("Not verified")}

EXPEND_STATUSES = {"1": N_("Unused"), "30": N_("In use"), "60": N_("Used"), "65": N_("Booked")}

INVOICE_STATUSES = {
    "0": N_("Normal"),
    "1": N_("Out of control"),
    "2": N_("Voided"),
    "3": N_("Reversed"),
    "4": N_("Abnormal"),
    "5": N_("Irregular"),
    "6": N_("Reversal to be confirmed"),
    "7": N_("Partly reversed"),
    "8": N_("Fully reversed"),
}

FINDINGS = {
    "1": N_("Didn't pass verification"),
    "2": N_("Duplicate"),
    "3": N_("No source file"),
    "4": N_("Buyer's name differs"),
    "5": N_("Buyer's tax number differs"),
    "6": N_("Made out to a person"),
    "7": N_("Voided"),
    "8": N_("Reversed"),
    "9": N_("Edited by hand"),
    "10": N_("Number mismatch"),
    "11": N_("No seal"),
    "12": N_("Sensitive word"),
    "13": N_("Seller on the blacklist"),
    "14": N_("Reimbursement period over"),
    "15": N_("From another year"),
    "16": N_("Consecutive numbers"),
    "18": N_("Supervision seal"),
    "26": N_("Partly reversed"),
    "27": N_("Reversal awaits confirmation"),
}

FINDING_LEVELS = {"0": "block", "1": "none", "2": "red", "3": "yellow"}
"""`config` of a finding → its level."""

LEVELS = {
    "block": N_("Blocks reimbursement"),
    "red": N_("Warning"),
    "yellow": N_("Notice"),
    "none": N_("For information"),
}
"""How grave a finding of a level is."""

RESOURCES = {
    "1": N_("uploaded"),
    "2": N_("from the tax bureau"),
    "3": N_("converted"),
    "4": N_("from the ledger"),
}

GONE = "gone"
"""The problem of a file whose stored bytes turn out to be missing; no file's row says it."""

PROBLEMS = {
    "damaged": N_("The file is damaged and can't be shown. Download the original, or ask for a new copy."),
    "password": N_("The file is protected by a password. Download the original and open it with the password."),
    "too_many_pixels": N_("The picture is larger than the viewer takes. Download the original."),
    "too_many_pages": N_("The file has more pages than the viewer takes. Download the original."),
    "archive_too_large": N_("The archive holds more than the viewer unpacks. Download the original."),
    "too_slow": N_("The file took too long to read. Download the original."),
    "too_large": N_("The file is larger than the viewer takes, so it was not fetched."),
    "host_not_allowed": N_(
        "The file lies on an internal server that isn't on the allow-list (VIEWER_FILE_HOSTS), so it was not fetched."
    ),
    "bad_link": N_("The invoice cloud's link to this file is not an address that is fetched. Tell the operator."),
    "link_expired": N_("The invoice cloud's link to this file has expired, and a fresh list brought none that works."),
    "unreachable": N_("The server that holds this file can't be reached. Refresh the bill to try again."),
    "timeout": N_("The file took too long to arrive. Refresh the bill to try again."),
    "no_link": N_("The invoice cloud gave no link to this file."),
    "bad_region": N_(
        "Where this invoice lies on the pasted sheet isn't clear, so it can't be shown alone. See the whole bill."
    ),
    "too_many_files": N_("The bill has more files than the viewer takes; this one was not fetched."),
    GONE: OriginalGone.message,
}
"""Why a file is unavailable or unreadable, or found missing → what to tell the reader."""

LEFT_OUT = {
    "missing": N_("A part that the file refers to is missing"),
    "unreadable": N_("A part of the file can't be read"),
    "picture": N_("A picture can't be read"),
    "font": N_("An embedded font can't be used; another takes its place"),
    "glyph": N_("No font has these characters"),
    "seal": N_("A seal can't be read"),
    "unknown": N_("Something of a kind that isn't drawn"),
    "too_deep": N_("Parts lie in each other too deep, or in themselves"),
    "too_much": N_("A page holds more than is drawn"),
}
"""Why something isn't shown as its file says, though the file is → what to tell the reader."""
