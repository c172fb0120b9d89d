"""What the mails about an account say. They hold no words of whoever caused them: such a mail cannot carry spam."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Letter:
    """A mail in our words: subject, paragraphs, and a code to type or a link to follow."""

    subject: str
    before: tuple[str, ...]
    code: str = ""
    link: str = ""
    link_words: str = ""
    after: tuple[str, ...] = ()


def ignore() -> str:
    """Return the sentence for whoever did not ask for the mail."""
    return _("If it was not you, there is nothing to do: without this mail nobody gets any further.")


def sign_in_code(context: dict[str, Any]) -> Letter:
    """Return the mail with a code to sign in."""
    return Letter(
        _("Your sign-in code: %(code)s") % {"code": context["code"]},
        (_("Type this code in the window in which you asked for it. It is good for 10 minutes."),),
        code=context["code"],
        after=(_("Nobody at the desk will ever ask you for it."), ignore()),
    )


def confirm_address(context: dict[str, Any]) -> Letter:
    """Return the mail with a code that proves an address."""
    return Letter(
        _("Your confirmation code: %(code)s") % {"code": context["code"]},
        (
            _("Somebody gave this address to %(desk)s. If it was you, type this code in the window you left open.")
            % {"desk": context["desk_name"]},
        ),
        code=context["code"],
        after=(ignore(),),
    )


def reset_password(context: dict[str, Any]) -> Letter:
    """Return the mail with the link to set a new password."""
    return Letter(
        _("Set a new password"),
        (_("Here you can set a new password. The link works once, for one hour."),),
        link=context["password_reset_url"],
        link_words=_("Set a new password"),
        after=(ignore(),),
    )


def unknown_account(context: dict[str, Any]) -> Letter:
    """Return the mail to an address that has no account."""
    return Letter(
        _("There is no account with this address"),
        (
            _("Somebody, perhaps you, tried to sign in to %(desk)s with this address. It has no account.")
            % {"desk": context["desk_name"]},
            _("You may have another address with us, or you can make an account."),
        ),
        link=context["signup_url"],
        link_words=_("Make an account"),
        after=(ignore(),),
    )


def already_exists(context: dict[str, Any]) -> Letter:
    """Return the mail to an address that has an account already, perhaps by a mail its owner once wrote."""
    return Letter(
        _("You already have an account"),
        (
            _("Somebody, perhaps you, tried to make an account at %(desk)s with this address. It has one already:")
            % {"desk": context["desk_name"]},
            _("whoever writes to us gets one. Sign in with a code by mail, or set a password."),
        ),
        link=context["code_url"],
        link_words=_("Sign in with a code"),
        after=(ignore(),),
    )


def ticket_link(context: dict[str, Any]) -> Letter:
    """Return the mail with a fresh link to a ticket."""
    return Letter(
        _("Your link to ticket #%(number)s") % {"number": context["number"]},
        (
            _("Here is a fresh link to your ticket. It works for %(days)s days, and for that ticket only.")
            % {"days": settings.TICKET_LINK_DAYS},
        ),
        link=context["ticket_link_url"],
        link_words=_("Open ticket #%(number)s") % {"number": context["number"]},
        after=(ignore(),),
    )


def changed(subject: Callable[[], str], sentence: Callable[[], str]) -> Callable[[dict[str, Any]], Letter]:
    """Return the letter that tells of a change to how one signs in, and where it came from."""

    def letter(context: dict[str, Any]) -> Letter:
        at = formats.date_format(timezone.localtime(context["timestamp"]), "DATETIME_FORMAT")
        return Letter(
            subject(),
            (sentence(),),
            after=(
                _("It was done on %(at)s (UTC) from %(ip)s.") % {"at": at, "ip": context["ip"]},
                _("If it was not you, set a new password at once and end all other sessions under Account, Security."),
            ),
        )

    return letter


LETTERS: dict[str, Callable[[dict[str, Any]], Letter]] = {
    "account/email/login_code": sign_in_code,
    "account/email/email_confirmation": confirm_address,
    "account/email/email_confirmation_signup": confirm_address,
    "account/email/password_reset_key": reset_password,
    "account/email/unknown_account": unknown_account,
    "account/email/account_already_exists": already_exists,
    "account/email/ticket_link": ticket_link,
    "account/email/email_changed": changed(
        lambda: _("Your address was changed"), lambda: _("Your account now has another address.")
    ),
    "account/email/email_confirm": changed(
        lambda: _("Your address is confirmed"), lambda: _("The address of your account is confirmed.")
    ),
    "account/email/email_deleted": changed(
        lambda: _("An address was removed"), lambda: _("This address no longer belongs to your account.")
    ),
    "account/email/password_changed": changed(
        lambda: _("Your password was changed"), lambda: _("The password of your account was changed.")
    ),
    "account/email/password_reset": changed(
        lambda: _("Your password was set anew"), lambda: _("Your account has a new password.")
    ),
    "account/email/password_set": changed(
        lambda: _("Your account has a password"), lambda: _("A password was set for your account.")
    ),
    "mfa/email/totp_activated": changed(
        lambda: _("Second factor: app added"), lambda: _("An authenticator app now protects your account.")
    ),
    "mfa/email/totp_deactivated": changed(
        lambda: _("Second factor: app removed"),
        lambda: _("The authenticator app no longer protects your account."),
    ),
    "mfa/email/webauthn_added": changed(
        lambda: _("A passkey was added"), lambda: _("A passkey or security key was added to your account.")
    ),
    "mfa/email/webauthn_removed": changed(
        lambda: _("A passkey was removed"),
        lambda: _("A passkey or security key was removed from your account."),
    ),
    "mfa/email/recovery_codes_generated": changed(
        lambda: _("New recovery codes"), lambda: _("New recovery codes were made; the earlier ones are void.")
    ),
}
