"""What the search page and the suggestions show of what was found: addresses, words for kinds, filters with counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge.models import Kind
from knowledge.permissions import visible_sections
from search.queries import Found, FoundHit, find

PAGE = 10
# What readers look through: tickets have lists of their own, and agents a search of their own.
KINDS = tuple(Kind.values)
MOST_PAGES = 50
MOST_SECTIONS = 8
LONGEST_SUBJECT = 200
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Result:
    """A line of what was found. `title` and `passage` are pieces whose matching ones are marked."""

    url: str
    key: str
    title: Pieces
    passage: Pieces
    heading: str
    where: str
    is_pinned: bool = False


@dataclass(frozen=True)
class Filter:
    """A link that narrows what is shown, or takes that back."""

    label: str
    url: str
    count: int = 0
    is_chosen: bool = False


@dataclass(frozen=True)
class Asked:
    """What the address asks for. Whatever it holds that does not exist is passed over."""

    text: str = ""
    kind: str = ""
    section: str = ""
    language: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Return what somebody asks for with these parameters."""
        kind, page = query.get("kind", ""), query.get("page", "")
        return cls(
            text=" ".join(query.get("q", "").replace("\x00", " ").split()),
            kind=kind if kind in KINDS else "",
            section=query.get("section", "").replace("\x00", "")[:500],
            language=query.get("language", "").replace("\x00", "")[:10],
            page=min(int(page), MOST_PAGES) if page.isascii() and page.isdecimal() and 0 < len(page) < 5 else 1,
        )

    def url(self, **changes: str | int) -> str:
        """Return the address of this search with changes; a change of anything begins on the first page again."""
        wanted = {
            "q": self.text,
            "kind": self.kind,
            "section": self.section,
            "language": self.language,
            "page": 1,
            **changes,
        }
        return (
            f"{reverse('portal:search')}?{urlencode({k: v for k, v in wanted.items() if v and (k, v) != ('page', 1)})}"
        )

    @property
    def is_filtered(self) -> bool:
        """Return whether less than everything is asked for."""
        return bool(self.kind or self.section or self.language)


@dataclass(frozen=True)
class Page:
    """All that the search page shows of an answer."""

    asked: Asked
    found: Found
    everything: Found
    results: Sequence[Result] = ()
    kinds: Sequence[Filter] = ()
    sections: Sequence[Filter] = ()
    languages: Sequence[Filter] = ()
    chosen: Sequence[Filter] = field(default_factory=list)
    newer_url: str = ""
    older_url: str = ""

    @property
    def said(self) -> str:
        """Return how much was found, in words."""
        total = self.found.total
        words = ngettext("%(count)s result", "%(count)s results", total) % {"count": total}
        if self.asked.page > 1:
            return _("%(results)s, page %(page)s") % {"results": words, "page": self.asked.page}
        return words

    @property
    def did_you_mean_url(self) -> str:
        """Return the address of the search as it may have been meant."""
        return self.asked.url(q=self.found.did_you_mean)

    @property
    def ticket_url(self) -> str:
        """Return where the same words become a ticket."""
        return f"{reverse('support:ticket_new')}?{urlencode({'subject': self.asked.text[:LONGEST_SUBJECT]})}"


def page_of(actor: Actor, asked: Asked) -> Page:
    """Look for what is asked and return what the page shows: one search, two when it is narrowed by filters."""
    found = find(
        actor,
        asked.text,
        kinds=[asked.kind] if asked.kind else KINDS,
        section=asked.section,
        languages=[asked.language] if asked.language else (),
        limit=PAGE,
        offset=(asked.page - 1) * PAGE,
    )
    # What the filters would find is counted without them: one sees where else something is.
    everything = find(actor, asked.text, kinds=KINDS, limit=1) if asked.is_filtered and not found.problem else found
    paths = {each.hit.section for each in found.hits} | {*found.counts.get("section", {})} | {asked.section}
    titles = section_titles(actor, paths)
    return Page(
        asked,
        found,
        everything,
        results=[result_of(each, titles) for each in found.hits],
        kinds=_kinds(asked, everything),
        sections=_sections(asked, found, titles),
        languages=_languages(asked, everything),
        chosen=_chosen(asked, titles),
        newer_url=asked.url(page=asked.page - 1) if asked.page > 1 else "",
        older_url=asked.url(page=asked.page + 1) if _has_more(asked, found) else "",
    )


def results_of(actor: Actor, found: Found) -> list[Result]:
    """Return the lines of what was found, one query for the names of their sections."""
    titles = section_titles(actor, {each.hit.section for each in found.hits})
    return [result_of(each, titles) for each in found.hits]


def result_of(each: FoundHit, titles: Mapping[str, str]) -> Result:
    """Return the line of one thing found."""
    hit = each.hit
    return Result(
        url=hit.url,
        key=f"{hit.key.kind}:{hit.key.pk}",
        title=tuple(hit.title),
        passage=tuple(hit.passage),
        heading=hit.heading if hit.heading != "".join(text for text, _is_match in hit.title) else "",
        where=" › ".join(filter(None, [kind_label(hit.key.kind), titles.get(hit.section, "")])),
        is_pinned=each.is_pinned,
    )


def kind_label(kind: str) -> str:
    """Return what things of a kind are called together, as the portal's navigation does."""
    return {
        Kind.ARTICLE.value: _("Documentation"),
        Kind.FAQ.value: _("Questions"),
        Kind.VIDEO.value: _("Videos"),
    }.get(kind, kind)


def section_titles(actor: Actor, paths: Iterable[str]) -> dict[str, str]:
    """Return what the sections at these paths are called: one query, none without paths."""
    wanted = {path for path in paths if path}
    if not wanted:
        return {}
    return dict(visible_sections(actor).filter(path__in=wanted).values_list("path", "title"))


def language_name(code: str) -> str:
    """Return a language's own name, or its code where none is known."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def _has_more(asked: Asked, found: Found) -> bool:
    return found.total > asked.page * PAGE and asked.page < MOST_PAGES and bool(found.hits)


def _kinds(asked: Asked, everything: Found) -> list[Filter]:
    counts = everything.counts.get("kind", {})
    shown = [kind for kind in KINDS if counts.get(kind) or kind == asked.kind]
    if len(shown) < 2 and not asked.kind:
        return []
    every = Filter(
        pgettext("search results of every kind", "Everything"),
        asked.url(kind="", section=""),
        sum(counts.get(kind, 0) for kind in KINDS),
        not asked.kind,
    )
    return [
        every,
        *(
            Filter(kind_label(kind), asked.url(kind=kind, section=""), counts.get(kind, 0), kind == asked.kind)
            for kind in shown
        ),
    ]


def _sections(asked: Asked, found: Found, titles: Mapping[str, str]) -> list[Filter]:
    if asked.section:
        return []
    counts = [(path, count) for path, count in found.counts.get("section", {}).items() if path in titles]
    if len(counts) < 2:
        return []
    counts.sort(key=lambda pair: (-pair[1], titles[pair[0]]))
    return [Filter(titles[path], asked.url(section=path), count) for path, count in counts[:MOST_SECTIONS]]


def _languages(asked: Asked, everything: Found) -> list[Filter]:
    counts = everything.counts.get("language", {})
    if asked.language or len(counts) < 2:
        return []
    return [
        Filter(language_name(code), asked.url(language=code), count)
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _chosen(asked: Asked, titles: Mapping[str, str]) -> list[Filter]:
    """Return the filters that are on and can be taken off one by one; the kind shows itself among the kinds."""
    chosen = []
    if asked.section:
        chosen.append(Filter(titles.get(asked.section, asked.section), asked.url(section=""), is_chosen=True))
    if asked.language:
        chosen.append(Filter(language_name(asked.language), asked.url(language=""), is_chosen=True))
    return chosen
