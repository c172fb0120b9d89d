"""What an action says when it refuses, in words meant for the person."""

from typing import Any


class Refused(Exception):
    """An action that was not done; `str()` is a sentence for the person who asked."""


class NotAllowed(Refused):
    """The actor may not do this."""


class InvalidTransition(Refused):
    """The ticket stands where this makes no sense."""


class Invalid(Refused):
    """A value is wrong; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Refused):
    """The ticket changed since the actor looked; `since` lists the events, oldest first."""

    def __init__(self, message: str, since: list[Any]) -> None:
        super().__init__(message)
        self.since = since
