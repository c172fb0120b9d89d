"""What guards the entrances: how often one may try, and that staff come with a second factor."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import has_second_factor
from accounts.throttle import Taken, TooManyAttempts, account_key, address_key, hit

GetResponse = Callable[[HttpRequest], HttpResponse]
TAKEN = "_throttle_taken"
ON_THE_BEAT = "_throttle_on_the_beat"
# Answers of forms that only mail something leave on this beat, so that their time tells nothing (SEC-22). A sign-up
# hashes a password either way, which takes longer than all that differs.
BEAT_SECONDS = 0.5


def named_account(request: HttpRequest) -> str:
    """Return the address that the form names."""
    return account_key(request.POST.get("login") or request.POST.get("email") or "")


def pending_account(request: HttpRequest) -> str:
    """Return whom a sign-in that has begun in this session is for."""
    login = request.session.get(LOGIN_SESSION_KEY) or {}
    verification = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY) or {}
    return account_key(str(verification.get("email") or login.get("email") or login.get("user_pk") or ""))


def own_account(request: HttpRequest) -> str:
    """Return who is signed in."""
    return account_key(getattr(request.user, "email", ""))


@dataclass(frozen=True)
class Entrance:
    """A form that could be tried until it opens, and what its tries are counted by.

    With `only_failures` a redirect counts as success and is forgiven. Forms that answer everybody alike, and
    those that send mail, count every try. `on_the_beat` evens out the time of the answer.
    """

    action: str
    account: Callable[[HttpRequest], str]
    only_failures: bool = False
    on_the_beat: bool = False


# By the names of allauth's addresses. Whoever guesses a password guesses it by the same count at every door.
ENTRANCES = {
    "account_login": Entrance("password", named_account, only_failures=True),
    "account_reauthenticate": Entrance("password", own_account, only_failures=True),
    "account_change_password": Entrance("password", own_account, only_failures=True),
    "account_request_login_code": Entrance("mail", named_account, on_the_beat=True),
    "account_reset_password": Entrance("mail", named_account, on_the_beat=True),
    "account_signup": Entrance("mail", named_account),
    "account_email": Entrance("mail", own_account, on_the_beat=True),
    "account_confirm_login_code": Entrance("code", pending_account),
    "account_email_verification_sent": Entrance("code", pending_account),
    "account_reset_password_from_key": Entrance("reset", lambda request: ""),
    "mfa_authenticate": Entrance("second_factor", pending_account, only_failures=True),
    "mfa_reauthenticate": Entrance("second_factor", own_account, only_failures=True),
    "mfa_reauthenticate_webauthn": Entrance("second_factor", own_account, only_failures=True),
    "mfa_login_webauthn": Entrance("passkey", lambda request: "", only_failures=True),
}


class ThrottleMiddleware:
    """Answer 429 to whoever tries too often, at the entrances above and wherever TooManyAttempts is raised."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; a success where only failures count is taken off the count."""
        started = time.monotonic()
        response = self.get_response(request)
        if getattr(request, ON_THE_BEAT, False):
            wait_for_beat(started)
        taken: Taken | None = getattr(request, TAKEN, None)
        if taken and response.status_code == 302:
            taken.forgive()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Count a try before the view sees it."""
        match = request.resolver_match
        entrance = ENTRANCES.get(match.view_name) if match and request.method == "POST" else None
        if entrance is None:
            return None
        try:
            taken = hit(entrance.action, address_key(request), entrance.account(request))
        except TooManyAttempts as error:
            return too_many(request, error)
        if entrance.only_failures:
            setattr(request, TAKEN, taken)
        if entrance.on_the_beat:
            setattr(request, ON_THE_BEAT, True)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that counted for itself."""
        return too_many(request, error) if isinstance(error, TooManyAttempts) else None


def wait_for_beat(started: float) -> None:
    """Wait until a whole number of beats has passed since `started` (monotonic seconds)."""
    if BEAT_SECONDS:
        time.sleep(BEAT_SECONDS - (time.monotonic() - started) % BEAT_SECONDS)


def too_many(request: HttpRequest, error: TooManyAttempts) -> HttpResponse:
    """Return the page that says how long to wait."""
    minutes = -(-error.retry_after_seconds // 60)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(error.retry_after_seconds)
    return response


class SecondFactorMiddleware:
    """With REQUIRE_STAFF_MFA, send staff without a second factor to set one up before any page of the console."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or redirect to the page where a second factor is set up."""
        if (
            settings.REQUIRE_STAFF_MFA
            and request.path_info.startswith(reverse("admin:index"))
            and request.user.is_authenticated
            and request.user.is_staff
            and not has_second_factor(request.user)
        ):
            messages.warning(request, _("The console asks for a second factor. Set one up here, then you are in."))
            return redirect("mfa_index")
        return self.get_response(request)
