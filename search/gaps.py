"""Searches that lead nowhere, those that mean the same together.

1. Searches of the period are counted by their words as typed (`SearchLog.normalized`). Those that somebody dismissed
   are left out, of those that were answered whatever came before the answer.
2. Two wordings mean the same when the stems of their telling words are the same, in any order, and words that the
   staff said mean the same are one word.
3. A group is a gap where at least half of its searches found nothing, or where at least MOST_UNOPENED led nowhere and
   fewer than one in OPENED_SHARE to something that was opened.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from search.analysis import tokens
from search.models import GapMark, SearchLog
from search.synonyms import synonyms

MOST_WORDINGS = 5_000
MOST_UNOPENED = 2
OPENED_SHARE = 3


@dataclass(frozen=True)
class Wording:
    """One way in which people put it: counts of searches, of those that found nothing, and of those left unopened."""

    normalized: str
    text: str
    searches: int
    nothing: int
    unopened: int
    last_at: datetime


@dataclass(frozen=True)
class Gap:
    """Searches that mean the same; the wording that is typed most comes first."""

    wordings: Sequence[Wording]

    @property
    def text(self) -> str:
        """Return how most people put it."""
        return self.wordings[0].text

    @property
    def normalized(self) -> str:
        """Return by which wording the group is named in addresses."""
        return self.wordings[0].normalized

    @property
    def others(self) -> Sequence[Wording]:
        """Return the other wordings."""
        return self.wordings[1:]

    @property
    def searches(self) -> int:
        """Return how often it was looked for."""
        return sum(wording.searches for wording in self.wordings)

    @property
    def nothing(self) -> int:
        """Return how often nothing was found."""
        return sum(wording.nothing for wording in self.wordings)

    @property
    def unopened(self) -> int:
        """Return how often something was found and none of it opened."""
        return sum(wording.unopened for wording in self.wordings)

    @property
    def opened(self) -> int:
        """Return how often something was opened."""
        return self.searches - self.nothing - self.unopened

    @property
    def last_at(self) -> datetime:
        """Return when it was last looked for (UTC)."""
        return max(wording.last_at for wording in self.wordings)

    @property
    def in_vain(self) -> int:
        """Return how often it led nowhere."""
        return self.nothing + self.unopened

    @property
    def is_not_found(self) -> bool:
        """Return whether what is looked for seems not to be there: see the module's third rule."""
        return bool(self.nothing) and self.nothing * 2 >= self.searches

    @property
    def is_unopened(self) -> bool:
        """Return whether what is found seems not to be it: see the module's third rule."""
        return self.in_vain >= MOST_UNOPENED and self.opened * OPENED_SHARE < self.searches


def gaps_in(searches: QuerySet[SearchLog]) -> list[Gap]:
    """Return the groups of these searches that are gaps, most often looked for in vain first. Two queries."""
    found = [gap for gap in groups_of(_without_marked(searches)) if gap.is_not_found or gap.is_unopened]
    return sorted(found, key=lambda gap: (-gap.in_vain, gap.normalized))


def group_with(searches: QuerySet[SearchLog], wording: str) -> Gap | None:
    """Return the group in which a wording stands, marked or not."""
    groups = groups_of(searches)
    return next((gap for gap in groups if any(each.normalized == wording for each in gap.wordings)), None)


def groups_of(searches: QuerySet[SearchLog]) -> list[Gap]:
    """Return searches by what they mean, at most MOST_WORDINGS ways of putting it."""
    rows = (
        searches.order_by()
        .values("normalized")
        .annotate(
            searches=Count("pk"),
            nothing=Count("pk", filter=Q(found=0)),
            unopened=Count("pk", filter=Q(found__gt=0, clicked_key="")),
            typed=Max("text"),
            last_at=Max("created_at"),
        )
        .order_by("-searches", "normalized")[:MOST_WORDINGS]
    )
    same = one_word_for(synonyms())
    groups: dict[str, list[Wording]] = defaultdict(list)
    for row in rows:
        wording = Wording(
            row["normalized"], row["typed"], row["searches"], row["nothing"], row["unopened"], row["last_at"]
        )
        groups[meaning(wording.normalized, same)].append(wording)
    return [Gap(wordings) for wordings in groups.values()]


def meaning(words: str, same: Mapping[str, str]) -> str:
    """Return what a search is grouped by: the stems of its telling words, in one order; `same` is of stems as well."""
    line = f" {_stems(words)} "
    for phrase, one in same.items():
        line = line.replace(f" {phrase} ", f" {one} ")
    return " ".join(sorted({*line.split()}))


def one_word_for(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return for each word or phrase (as stems) that means the same as others the one for all, longest first."""
    same: dict[str, str] = {}
    for group in groups:
        members = [stems for word in group if (stems := _stems(word))]
        if members:
            same |= dict.fromkeys(members, same.get(members[0], members[0]))
    return dict(sorted(same.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _stems(text: str) -> str:
    """Return the stems of a text's telling words, in their order; of all of them where none tells much."""
    found = [token for token in tokens(text, settings.LANGUAGE_CODE) if not token.is_joined]
    return " ".join([token.term for token in found if not token.is_stop] or [token.term for token in found])


def marked_in(searches: QuerySet[SearchLog], marks: QuerySet[GapMark]) -> list[tuple[GapMark, str, int]]:
    """Return what was dismissed or answered with what was typed and how often it was looked for, newest first."""
    found = list(marks.select_related("by")[:200])
    counted = (
        searches.filter(normalized__in=[mark.normalized for mark in found])
        .order_by()
        .values_list("normalized")
        .annotate(Max("text"), Count("pk"))
    )
    typed = {words: (text, count) for words, text, count in counted}
    return [(mark, *typed.get(mark.normalized, (mark.normalized, 0))) for mark in found]


def searches_of_reader(reader: str) -> list[tuple[str, datetime]]:
    """Return what one reader looked for and when (UTC), oldest first, for themselves."""
    return list(SearchLog.objects.filter(reader=reader).order_by("pk").values_list("text", "created_at"))


def often(searches: QuerySet[SearchLog]) -> Counter[str]:
    """Return how many searches found something that was opened, something that was not, and nothing."""
    row = searches.aggregate(
        nothing=Count("pk", filter=Q(found=0)),
        unopened=Count("pk", filter=Q(found__gt=0, clicked_key="")),
        opened=Count("pk", filter=Q(found__gt=0) & ~Q(clicked_key="")),
    )
    return Counter(row)


def _without_marked(searches: QuerySet[SearchLog]) -> QuerySet[SearchLog]:
    marks = GapMark.objects.filter(
        Q(how=GapMark.How.DISMISSED) | Q(marked_at__gte=OuterRef("created_at")), normalized=OuterRef("normalized")
    )
    return searches.exclude(Exists(marks))
