"""The API's document says what every answer can be: errors are problems everywhere, and some come at every address."""

from typing import Any

from viewer.web.schemas import ProblemOut

Document = dict[str, Any]

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
BYTES: Document = {"*/*": {"schema": {}}}
UNTOLD: Document = {"application/json": {"schema": {}}}
"""What an answer without a schema is taken for; ours are files."""
EVERYWHERE = {
    "400": "The request can't be understood",
    "404": "There is nothing at this address",
    "405": "The method is wrong",
}
EVERYWHERE |= {"429": "Too many requests", "500": "A fault of the viewer", "503": "Not ready, or too many wait"}
BELOW_A_KEY = {"401": "The key is not valid", "403": "The token doesn't allow it"}
WITH_A_BODY = {"413": "The body is too large"}


def complete(document: Any) -> Any:
    """The document that is made from the handlers, with the errors that they don't name one by one."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            for status, words in _also(path, operation).items():
                responses.setdefault(status, {"description": words})
            for status, response in responses.items():
                if status >= "400":
                    response["content"] = PROBLEM
                elif status in ("204", "304"):
                    response.pop("content", None)
                elif response.get("content") == UNTOLD:
                    response["content"] = BYTES
            operation["responses"] = dict(sorted(responses.items()))
    schemas = document["components"]["schemas"]
    schemas["Problem"] = ProblemOut.model_json_schema()
    for unused in ("HTTPError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _also(path: str, operation: Document) -> dict[str, str]:
    below = BELOW_A_KEY if "{key}" in path else {}
    return EVERYWHERE | below | (WITH_A_BODY if "requestBody" in operation else {})
