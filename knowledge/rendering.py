"""What an article's Markdown becomes: the one place where its links, pictures and snippets are looked up."""

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from content.articles import RENDERER, RenderedArticle, render_article
from knowledge.addresses import FILE_ADDRESS, FILE_PREFIX, article_address, normal_address, section_address
from knowledge.models import Article, ArticleFile, Redirect, Section, Snippet

if TYPE_CHECKING:
    import uuid

__all__ = ["RENDERER", "rendered"]

OWN_ADDRESS = re.compile(r"^/(?:docs|faq|videos)/")
SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def rendered(body: str, *, source: str = "") -> RenderedArticle:
    """Return the text rendered, with links to what has moved since set right.

    `source` is the imported file that the text came from: relative links and pictures are looked up from there.
    """
    found = _Lookup(source)
    return render_article(body, link=found.link, picture=found.picture, snippet=found.snippet)


class _Lookup:
    """Finds what a text names, each thing once."""

    def __init__(self, source: str) -> None:
        self.folder = posixpath.dirname(source) if source else None
        self.links: dict[str, str | None] = {}
        self.snippets: dict[str, str | None] = {}

    def link(self, href: str) -> str | None:
        """Return where a link leads today; None leaves it as it was written."""
        address, mark, fragment = href.partition("#")
        if not address or SCHEME.match(address):
            return None
        if address not in self.links:
            self.links[address] = self._present(address)
        present = self.links[address]
        return present + mark + fragment if present else None

    def _present(self, address: str) -> str | None:
        if OWN_ADDRESS.match(address):
            moved = Redirect.objects.filter(old_path=normal_address(address)).select_related("article", "section")
            for redirect in moved:
                return _address_of(redirect.article or redirect.section)
            return None
        if self.folder is None:
            return None
        name = self._from_here(address)
        for candidate in (name, f"{name}.md", f"{name}/index.md", f"{name}/README.md"):
            for article in Article.objects.filter(source=candidate).only("kind", "path"):
                return _address_of(article)
        for section in Section.objects.filter(source=name).only("kind", "path"):
            return _address_of(section)
        for file in ArticleFile.objects.filter(source=name):
            return file_address(file.pk, file.name)
        return None

    def picture(self, src: str) -> str | None:
        """Return where a picture is served; None leaves the address as it was written."""
        if SCHEME.match(src) or FILE_ADDRESS.match(src) or self.folder is None:
            return None
        for file in ArticleFile.objects.filter(source=self._from_here(src)):
            return file_address(file.pk, file.name)
        return None

    def snippet(self, key: str) -> str | None:
        """Return the text of a snippet, None for one that there is not."""
        if key not in self.snippets:
            self.snippets[key] = Snippet.objects.filter(key=key).values_list("body", flat=True).first()
        return self.snippets[key]

    def _from_here(self, address: str) -> str:
        path = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        base = "" if path.startswith("/") else self.folder or ""
        return posixpath.normpath(posixpath.join(base, path.lstrip("/"))).strip("/")


def _address_of(target: Article | Section | None) -> str | None:
    if isinstance(target, Article):
        return article_address(target.kind, target.path)
    return section_address(target.kind, target.path) if target else None


def file_address(key: "uuid.UUID", name: str) -> str:
    """Return where a file of an article is served, as texts name it."""
    return f"{FILE_PREFIX}{key}/{name}"
