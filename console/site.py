"""The console: Django's admin site with our frame and our pages."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from console.access import learn_access

View = Callable[..., HttpResponse]


OWN_APPS = {"accounts", "knowledge", "portal", "search", "sla", "support"}


class ConsoleSite(admin.AdminSite):
    """The place where staff work; every page of the desk's own hangs in here."""

    site_header = site_title = _("Tierdesk")
    index_title = _("Dashboard")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Offer the desk's own models alone: second factors, sessions and the like are nobody's to edit in a form."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.app_label in OWN_APPS], admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a page such that customers get 404 on it: for them there is no console (SEC-31)."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                if not self.has_permission(request):
                    raise Http404
                assert isinstance(request.user, User)
                learn_access(request.user)
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return update_wrapper(guarded, view)

    def agent_view(self, view: View) -> Callable[..., HttpResponse]:
        """Wrap a page of our own: for active staff who work tickets, and for nobody else.

        Strangers go to the sign-in page (a page's own background request is told 401 instead), customers get 404,
        staff without a role 403. What somebody sees inside is up to `permissions` of each app.
        """

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=401)
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if not self.has_permission(request):
                raise Http404
            assert isinstance(user, User)
            learn_access(user)
            if not user.has_perm("support.work_tickets"):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what Django's pages need, with the navigation of the desk."""
        return {**super().each_context(request), **self.frame(request)}

    def frame(self, request: HttpRequest, *, with_counts: bool = True) -> dict[str, Any]:
        """Return what the frame around a page of our own needs; the list of all models is not part of it."""
        from console.bell import bell_of  # noqa: PLC0415 (models are not loaded yet when the site is made)
        from console.rail import rail_of  # noqa: PLC0415 (as above)

        user = request.user
        is_staff = user.is_authenticated and self.has_permission(request)
        return {
            "site_header": self.site_header,
            "site_title": self.site_title,
            "has_permission": is_staff,
            "is_popup": False,
            "site_url": self.site_url,
            "rail": rail_of(request, with_counts=with_counts) if is_staff else [],
            "bell": bell_of(request) if is_staff else None,
        }

    def index(  # type: ignore[override]  # the dashboard is no TemplateResponse
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the dashboard to those who work tickets, and Django's own list of models to other staff."""
        assert isinstance(request.user, User)
        if not request.user.has_perm("support.work_tickets"):
            return super().index(request, extra_context)
        from console.views.dashboard import dashboard  # noqa: PLC0415 (as above)

        return dashboard(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send everybody through the one door, which counts tries and asks for the second factor."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("account_login"))

    def logout(  # type: ignore[override]  # Django's own redirects as well
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then sign out, as everywhere."""
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """Send staff to the page where passwords are changed, which ends their other sessions."""
        return redirect("account_change_password")
