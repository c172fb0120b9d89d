"""What people decide about their mail and their data."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.models import Preference


class MailForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """What a person is told, by mail and in the console; what concerns staff alone is offered to staff alone."""

    FOR_STAFF = ("assigned_tickets", "promises", "assigned_in_console", "followed_in_console")

    class Meta:
        model = Preference
        fields = [
            "own_tickets",
            "followed_tickets",
            "assigned_tickets",
            "promises",
            "assigned_in_console",
            "followed_in_console",
        ]
        help_texts = {
            "own_tickets": gettext_lazy("When somebody answers, and when a ticket is solved."),
            "followed_tickets": gettext_lazy("Tickets that a colleague added you to."),
            "promises": gettext_lazy("Whatever you choose here, the console's bell always shows them."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_staff:
            for name in self.FOR_STAFF:
                del self.fields[name]


class EraseForm(forms.Form):
    """The person's own address, typed, so that nobody closes an account by a slip."""

    email = forms.EmailField(
        label=gettext_lazy("Your address, to be sure"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = email

    def clean_email(self) -> str:
        """Return the address. Raises ValidationError for any other than the person's own."""
        email: str = self.cleaned_data["email"]
        if email.lower() != self.own:
            raise forms.ValidationError(_("This is not the address of your account. Nothing was changed."))
        return email
