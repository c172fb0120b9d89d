"""The form by which an archive is sent."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.models import Audience


class ImportForm(forms.Form):
    """A zip, below which section its articles stand, and who may read those that do not say."""

    archive = forms.FileField(
        label=_("Archive"),
        help_text=_("A zip of a folder of Markdown. Nothing in it is run, and no page is changed that did not change."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    section = forms.ChoiceField(label=_("Below"), required=False)
    audience = forms.ChoiceField(
        label=_("Who may read what does not say so itself"),
        choices=[(each.value, each.label) for each in Audience if each != Audience.TIERS],
    )
    is_dry_run = forms.BooleanField(
        label=_("Only try"), required=False, help_text=_("Changes nothing and reports what would be done.")
    )
    is_sync = forms.BooleanField(
        label=_("Archive what is gone"),
        required=False,
        help_text=_("Articles that were imported before and have no file in this archive are taken from the readers."),
    )

    def __init__(self, *args: Any, sections: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("The root of the documentation")), *((path, path) for path in sections)]
