"""Why something was not done to the search. `str()` is a sentence for the person."""


class Refused(Exception):
    """An act on the search that was not done; nothing changed."""


class NotAllowed(Refused):
    """This person may not do it."""


class Invalid(Refused):
    """A field does not hold what it must."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
