"""The tables in which the database engine keeps its index. Written by `search.engines` alone; all of it can be rebuilt.

What is found together for the same readers stands on one shelf: things of one kind, language, section and audience.
Every count is kept for each shelf, so that a reader's own counts are sums over the shelves that they may see.
"""

from django.db import models


class IndexState(models.Model):
    """One row: which generation readers use, and which is being built. Times are UTC."""

    live = models.PositiveIntegerField(default=1)
    building = models.PositiveIntegerField(null=True)
    built_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"generation {self.live}"


class Shelf(models.Model):
    """Things of one kind, language, section and audience; `audience` is the words of which a reader must hold one."""

    id = models.AutoField(primary_key=True)
    generation = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    section = models.CharField(max_length=500)
    audience: "models.JSONField[list[str], list[str]]" = models.JSONField()
    digest = models.CharField(max_length=64)
    things = models.IntegerField(default=0)
    length = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["generation", "digest"], name="shelf_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.section} {self.audience}"


class Thing(models.Model):
    """Something that can be found, and what it is ranked by.

    `starts` are the positions at which its parts begin, `length` its weighted number of words. One without a shelf
    marks, in a generation being built, that the thing is gone.
    """

    id = models.AutoField(primary_key=True)
    generation = models.PositiveIntegerField()
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    title = models.TextField()
    source = models.CharField(max_length=500)
    boost = models.FloatField(default=1.0)
    length = models.IntegerField(default=0)
    starts: "models.JSONField[list[int], list[int]]" = models.JSONField(default=list)
    words = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["generation", "kind", "object_id"], name="thing_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Part(models.Model):
    """A part of a thing as it is shown among hits."""

    pk = models.CompositePrimaryKey("thing_id", "number")
    thing = models.ForeignKey(Thing, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    number = models.PositiveIntegerField()
    anchor = models.CharField(max_length=500)
    heading = models.TextField()
    body = models.TextField()
    url = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.thing_id}.{self.number}"


class Term(models.Model):
    """What words are compared by: a stem. Never deleted but by a rebuild."""

    id = models.AutoField(primary_key=True)
    term = models.CharField(max_length=64, unique=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.term


class Posting(models.Model):
    """That a thing has a term.

    `frequency` is how often, weighted by field; `length` is the thing's. `place` orders the things of a term by how
    much it tells of them, best first, so that of a word in everything only the best are read. `positions` are packed.
    """

    pk = models.CompositePrimaryKey("thing_id", "term_id")
    thing = models.ForeignKey(Thing, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    term = models.ForeignKey(Term, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    shelf = models.ForeignKey(Shelf, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    place = models.SmallIntegerField()
    frequency = models.SmallIntegerField()
    length = models.IntegerField()
    positions = models.BinaryField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["term", "shelf", "place", "thing", "frequency", "length"], name="posting_ranked"),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} in {self.thing_id}"


class TermCount(models.Model):
    """In how many things of a shelf a term stands."""

    pk = models.CompositePrimaryKey("term_id", "shelf_id")
    term = models.ForeignKey(Term, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    shelf = models.ForeignKey(Shelf, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    things = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term_id} on {self.shelf_id}: {self.things}"


class WordCount(models.Model):
    """In how many things of a shelf a word stands, as it is written: what unfinished words are completed by."""

    pk = models.CompositePrimaryKey("word", "shelf_id")
    word = models.CharField(max_length=64)
    shelf = models.ForeignKey(Shelf, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    things = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.word} on {self.shelf_id}: {self.things}"


class Spelling(models.Model):
    """What is left when a letter is taken from a word (see `search.spelling`), whoever may see the word."""

    pk = models.CompositePrimaryKey("rest", "word")
    rest = models.CharField(max_length=24)
    word = models.CharField(max_length=24)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.rest}: {self.word}"
