"""Expressions that keep a page's cost the same at any number of tickets."""

from typing import Any

from django.db.models import Aggregate, IntegerField, Model, QuerySet, Subquery, TextField, Value
from django.db.models.sql.compiler import SQLCompiler
from django.utils.formats import number_format

MOST = 1000
PART, WHOLE = "\x1f", "\x1e"


class BoundedCount(Subquery):
    """How many rows a query has, counted no further than `most`: 1,000 index entries cost the same at any size."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"

    def __init__(self, queryset: QuerySet[Model], most: int = MOST, **extra: Any) -> None:
        super().__init__(queryset.order_by().values("pk")[:most], output_field=IntegerField(), **extra)


class Joined(Aggregate):
    """Texts of a group as one, with a separator that nobody types: a list without a query of its own."""

    function = "STRING_AGG"
    output_field = TextField()

    def __init__(self, expression: Any, separator: str = PART, **extra: Any) -> None:
        super().__init__(expression, Value(separator), **extra)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        """Use SQLite's name for it."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def parts(joined: str | None) -> list[str]:
    """Return the texts of a Joined."""
    return joined.split(PART) if joined else []


def shown(count: int, most: int = MOST) -> str:
    """Return a bounded count as it is shown: "38", "999+"."""
    return f"{number_format(most - 1)}+" if count >= most else number_format(count)
