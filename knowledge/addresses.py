"""Where readers find what: the public address of a path, as redirects keep it and links in texts name it.

`reverse` gives the same but for a prefix that the server may add; a redirect must outlive a change of that prefix.
"""

import re

from knowledge.models.section import Kind

ARTICLE_PREFIX: dict[str, str] = {Kind.ARTICLE: "/docs/", Kind.FAQ: "/faq/q/", Kind.VIDEO: "/videos/"}
SECTION_PREFIX: dict[str, str] = {Kind.ARTICLE: "/docs/", Kind.FAQ: "/faq/", Kind.VIDEO: "/videos/in/"}
# The first part of an address that means something else there.
RESERVED_PARTS: dict[str, str] = {Kind.FAQ: "q", Kind.VIDEO: "in"}
FILE_PREFIX = "/knowledge/files/"
FILE_ADDRESS = re.compile(r"^/knowledge/files/([0-9a-f-]{36})(?:/|$)")


def article_address(kind: str, path: str) -> str:
    """Return where an article of this kind stands: "/docs/billing/refunds/"."""
    return f"{ARTICLE_PREFIX[kind]}{path}/"


def section_address(kind: str, path: str) -> str:
    """Return where a section of this kind stands."""
    return f"{SECTION_PREFIX[kind]}{path}/"


def normal_address(text: str) -> str:
    """Return an address of ours as `Redirect.old_path` keeps it: one slash at either end, no query, no fragment."""
    return "/" + re.split(r"[?#]", text, maxsplit=1)[0].strip("/") + "/"
