"""What findings are called in the console."""

from django.utils.translation import gettext as _


def sort_words(sort: str) -> str:
    """Return the words for a sort of finding, in the reader's language."""
    return {
        "not read": _("Not read"),
        "left out": _("Left out"),
        "dead link": _("Dead link"),
        "dead anchor": _("Link to a heading that is not there"),
        "no picture": _("Picture not there"),
        "simplified": _("Simplified"),
        "not done": _("Not done"),
        "edited here": _("Edited here"),
    }.get(sort, sort)
