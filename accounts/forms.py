"""What people fill in about themselves."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import AddEmailForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm, SignupForm
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk_addresses import is_desk_address
from accounts.models import Membership, Organization, User
from accounts.names import clean_name

THEMES = [
    ("", gettext_lazy("As my device")),
    ("light", gettext_lazy("Light")),
    ("dark", gettext_lazy("Dark")),
]


def refuse_desk_address(email: str) -> str:
    """Return the address. Raises ValidationError for one of the desk's own domain (SEC-11)."""
    if is_desk_address(email):
        raise forms.ValidationError(
            _("Addresses of the desk itself cannot be used here. Use the address at which you read your mail.")
        )
    return email


def plain_address(form: forms.Form, name: str) -> None:
    """Label an address field in our words, without a placeholder that repeats the label."""
    form.fields[name].label = _("Email address")
    form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    """Address and password. Unless one asks to stay, the browser forgets with its window."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_address(self, "login")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Stay signed in for two weeks")


class SignInCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Where to mail a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_address(self, "email")


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """Where to mail a link to a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_address(self, "email")


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Name, address, password once. The browser's time zone comes along when JavaScript can tell it."""

    display_name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    field_order = ["display_name", "email", "password1", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_address(self, "email")
        self.fields["password1"].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = _("10 characters or more. A few words in a row are good.")

    def clean_display_name(self) -> str:
        """Return the name on one line."""
        return clean_name(self.cleaned_data["display_name"])

    def clean_email(self) -> str:
        """Return the address. Raises ValidationError for the desk's own."""
        return str(refuse_desk_address(super().clean_email()))

    def clean_time_zone(self) -> str:
        """Return the zone, or UTC for what the browser made up."""
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone in available_timezones() else "UTC"

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account; for an address that has one already only the time passes that hashing takes (SEC-22)."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        result: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return result

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Keep what allauth does not ask for."""
        user.display_name = self.cleaned_data["display_name"]
        user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["display_name", "time_zone"])


class AddAddressForm(AddEmailForm):  # type: ignore[misc]
    """The address to change to. One that belongs to somebody else is answered like any other (SEC-22)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New address")
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        """Return the address. Raises ValidationError for the desk's own, unless staff changes to it."""
        email = str(super().clean_email())
        return email if self.user.is_staff else refuse_desk_address(email)

    def save(self, request: HttpRequest) -> EmailAddress:
        """Mail a code to the address; its owner, if it has one, is told instead and no code will ever fit."""
        email = self.cleaned_data["email"]
        if User.objects.filter(email=email).exclude(pk=self.user.pk).exists():
            EmailVerificationProcess.initiate(request=request, user=None, email=email)
            return EmailAddress(user=self.user, email=email)
        address: EmailAddress = super().save(request)
        return address


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all zones by continent, as an optgroup each; abbreviations such as EST are left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        area, slash, city = name.partition("/")
        if slash and area in AREAS:
            groups.setdefault(area, []).append((name, city.replace("_", " ").replace("/", " – ")))
    return [("", [("UTC", "UTC")]), *groups.items()]


AREAS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Name, time zone, language; the theme is kept by the browser, so that it is right before signing in."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), help_text=gettext_lazy("When answers are due is shown in this zone.")
    )
    locale = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Colours"), required=False, choices=THEMES, widget=forms.RadioSelect)

    class Meta:
        model = User
        fields = ["display_name", "time_zone", "locale"]
        widgets = {"display_name": forms.TextInput(attrs={"autocomplete": "name"})}

    field_order = ["display_name", "time_zone", "locale", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = zone_choices()
        known = {name for group in choices for name, _label in group[1]}
        if self.instance.time_zone not in known:
            choices.append((self.instance.time_zone, self.instance.time_zone))
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]
        self.fields["locale"].choices = [  # type: ignore[attr-defined]
            ("", _("As my browser asks")),
            *((code, name) for code, name in settings.LANGUAGES),
        ]
        self.fields["display_name"].help_text = _("What agents and colleagues see beside your words.")

    def clean_display_name(self) -> str:
        """Return the name on one line."""
        return clean_name(self.cleaned_data["display_name"])


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """What an organisation's admin decides."""

    class Meta:
        model = Organization
        fields = ["shares_tickets"]
        labels = {"shares_tickets": gettext_lazy("Members see all tickets of the organisation")}
        help_texts = {"shares_tickets": gettext_lazy("Off: members see their own tickets only. Admins always see all.")}


class RoleForm(forms.Form):
    """What a colleague may do."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role.choices)
