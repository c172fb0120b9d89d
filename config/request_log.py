"""One line when a request begins and one when it ends, with the request's id and without anything secret."""

import logging
import re

from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

QUIET = {"/livez", "/readyz"}
# Keys of signed links, password resets and confirmations: long, and never only lower-case letters and dashes.
SHORTEST_TOKEN = 16
OF_TOKENS = re.compile(r"[A-Z0-9:]")


class RequestLogMiddleware(RequestMiddleware):
    """Bind a request id to everything that is logged or recorded meanwhile, tasks included.

    Who reads logs must not be able to open what a link in a mail opens, nor read what people searched for:
    tokens in the path become an ellipsis, and the query is left out. Probes are not logged.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, logged."""
        if request.path in QUIET:
            return self.get_response(request)  # type: ignore[return-value]
        return super().__call__(request)  # type: ignore[return-value]

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return method and path as they may be logged."""
        path = request.get_full_path().partition("?")[0]
        return f"{request.method} {without_tokens(path)}"


def without_tokens(path: str) -> str:
    """Return the path with an ellipsis in place of each token.

    Part by part: one pattern over the whole path would take its length squared (SEC-26).
    """
    parts = ["…" if len(part) >= SHORTEST_TOKEN and OF_TOKENS.search(part) else part for part in path.split("/")]
    return "/".join(parts)


class TokenFilter(logging.Filter):
    """Takes tokens out of the paths in what Django itself logs about requests ("Gone: /link/…/"); see above."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; always let it through."""
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(
                without_tokens(arg.partition("?")[0]) if isinstance(arg, str) and arg.startswith("/") else arg
                for arg in record.args
            )
        return True
