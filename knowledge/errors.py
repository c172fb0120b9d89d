"""Why something was not done to an article. `str()` is a sentence for the person."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.models import ArticleVersion


class Refused(Exception):
    """An act on an article that was not done; nothing changed."""


class NotAllowed(Refused):
    """This person may not do it."""


class Invalid(Refused):
    """A field does not hold what it must."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidTransition(Refused):
    """The article is not in a state from which this leads anywhere."""


class Stale(Refused):
    """Somebody saved a newer version meanwhile; `newest` is it. What was typed is still with whoever typed it."""

    def __init__(self, message: str, newest: "ArticleVersion") -> None:
        super().__init__(message)
        self.newest = newest
