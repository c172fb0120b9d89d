"""Queries that Django puts into words once and not for every page: on hot pages that wording costs more than the query.

The one place of the desk that looks behind Django's compiler of queries. It does so without SQL of our own: a function
builds an ordinary queryset from its arguments, is called once with stand-ins for them, and what Django made of that
is kept with the places where each stand-in landed. Every later call puts the real values there.

Such a function sees nothing but stand-ins. So nothing about one person can stay in what is kept for the next one, and
no condition may depend on what an argument is: only on how many a tuple has.
"""

import copy
import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Value = int | str | datetime
Argument = Value | tuple[int, ...]
Found = TypeVar("Found", bound=QuerySet[Any])
# Numbers, words and instants that no row of ours has.
# They fit the smallest column: Django leaves a condition out that no value of its column can meet.
FIRST_NUMBER, FIRST_INSTANT = 31_001, datetime(1871, 3, 4, 5, 6, 7, 891, tzinfo=UTC)
WORD = "\x1fstand-in "
MOST_SHAPES = 64


class _Kept:
    """A queryset built from stand-ins, what Django's compiler made of it, and which parameter is whose."""

    def __init__(self, build: Callable[..., QuerySet[Any]], arguments: tuple[Argument, ...], alias: str) -> None:
        places: list[Value] = []

        def stand_in(value: Value) -> Value:
            count = len(places)
            if isinstance(value, datetime):
                places.append(FIRST_INSTANT + timedelta(microseconds=count))
            else:
                places.append(f"{WORD}{count}" if isinstance(value, str) else FIRST_NUMBER + count)
            return places[-1]

        self.queryset = build(
            *(tuple(map(stand_in, each)) if isinstance(each, tuple) else stand_in(each) for each in arguments)
        ).using(alias)
        self.compiler = self.queryset.query.get_compiler(using=alias)
        self.sql, parameters = self.compiler.as_sql()
        asked = {_as_parameter(value, alias): index for index, value in enumerate(places)}
        self.parameters = [(parameter, asked.get(parameter)) for parameter in parameters]
        missing = set(asked.values()) - {index for _parameter, index in self.parameters}
        assert not missing, f"{build.__name__} does not hand every argument to the database"

    def with_values(self, values: list[Value], alias: str) -> QuerySet[Any]:
        """Return the queryset with these values where the stand-ins stood."""
        parameters = tuple(
            parameter if index is None else _as_parameter(values[index], alias, type(parameter))
            for parameter, index in self.parameters
        )
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[alias]
        compiler.as_sql = lambda *args, **options: (self.sql, parameters)
        found = self.queryset.all()
        found.query.get_compiler = lambda *args, **options: compiler  # type: ignore[method-assign]
        return found


def _as_parameter(value: Value, alias: str, number: Callable[[int], Any] = int) -> Any:
    if isinstance(value, datetime):
        return connections[alias].ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, str) else number(value)


def prepared(build: Callable[..., Found]) -> Callable[..., Found]:
    """Keep what Django makes of the queryset that `build` returns; see the top of this module.

    The queryset may be read, whole. To filter it further is not possible, and does nothing.
    """

    @functools.lru_cache(MOST_SHAPES)
    def kept(shape: tuple[Any, ...], alias: str) -> _Kept:
        arguments = [tuple(range(part)) if isinstance(part, int) else part() for part in shape]
        return _Kept(build, tuple(arguments), alias)

    @functools.wraps(build)
    def call(*arguments: Argument) -> Found:
        values: list[Value] = []
        for each in arguments:
            values.extend(each) if isinstance(each, tuple) else values.append(each)
        shape = tuple(len(each) if isinstance(each, tuple) else _sort_of(each) for each in arguments)
        return cast(Found, kept(shape, DEFAULT_DB_ALIAS).with_values(values, DEFAULT_DB_ALIAS))

    return call


def _sort_of(value: Value) -> Callable[[], Value]:
    if isinstance(value, datetime):
        return _now
    return str if isinstance(value, str) else int


def _now() -> datetime:
    return FIRST_INSTANT
