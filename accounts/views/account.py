"""Who one is here, and how one signs in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.queries import protection_of

THEME_COOKIE = "theme"
A_YEAR_SECONDS = 365 * 24 * 60 * 60


def signed_in_user(request: HttpRequest) -> User:
    """Return who is signed in; `login_required` stands before every use."""
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Send somebody who has just signed in to where their work is."""
    return redirect("admin:index" if signed_in_user(request).is_staff else "portal:home")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change name, time zone, language and colours."""
    user = signed_in_user(request)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    form = ProfileForm(request.POST or None, instance=user, initial={"theme": theme})
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Everything is shown this way from now on."))
        response = redirect("accounts:profile")
        if form.cleaned_data["theme"]:
            response.set_cookie(
                THEME_COOKIE,
                form.cleaned_data["theme"],
                max_age=A_YEAR_SECONDS,
                samesite="Lax",
                secure=request.is_secure(),
            )
        else:
            response.delete_cookie(THEME_COOKIE)
        return response
    if request.method == "POST":
        # The form wrote what was typed into the user that the page's frame shows.
        user.refresh_from_db()
    return render(
        request, "account/profile.html", {"form": form, "page": "profile"}, status=400 if form.errors else 200
    )


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show how this account is protected, with a way to change each part."""
    protection = protection_of(signed_in_user(request))
    return render(request, "account/security.html", {"page": "security", "protection": protection})
