"""Opening a ticket by the link from a mail, without a password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import account_mail, signed_links
from accounts.actions.prove_address import prove_address
from accounts.actors import open_as_guest
from accounts.throttle import account_key, address_key, hit


@require_http_methods(["GET", "HEAD", "POST"])
def ticket_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressing it opens the ticket.

    Mail scanners follow links, so looking at the page changes nothing. Somebody else who is signed in goes to the
    ticket as themselves.
    """
    try:
        link = signed_links.read(token)
    except (signed_links.LinkEnded, signed_links.LinkForged) as error:
        is_old = isinstance(error, signed_links.LinkEnded) and error.is_old
        page = {"token": token, "is_old": is_old, "is_ours": isinstance(error, signed_links.LinkEnded)}
        return render(request, "account/link_ended.html", page, status=410)
    ticket_page = reverse("support:ticket", args=[link.ticket])
    if request.user.is_authenticated and request.user != link.user:
        return redirect(ticket_page)
    if request.method != "POST":
        return private(render(request, "account/link.html", {"link": link, "token": token}))
    prove_address(link.user, ticket=link.ticket)
    if request.user.is_authenticated:
        return redirect(ticket_page)
    # Proving may have voided a password that was not theirs, and with it the state that the link was made for.
    open_as_guest(request, link)
    return redirect(ticket_page)


@require_POST
def fresh_link(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the requester in place of one that is too old; the answer is the same for every token."""
    hit("fresh_link", address_key(request))
    try:
        signed_links.read(token)
    except signed_links.LinkEnded as ended:
        if ended.user:
            hit("fresh_link", account_key(ended.user.email))
            url = reverse("accounts:ticket_link", args=[signed_links.make(ended.user, ended.ticket)])
            account_mail.send(
                "account/email/ticket_link",
                ended.user.email,
                {"number": ended.ticket, "ticket_link_url": url},
            )
    except signed_links.LinkForged:
        pass
    messages.success(request, _("If that link was one of ours, a fresh one is on its way to your address."))
    return redirect("account_request_login_code")


def private(response: HttpResponse) -> HttpResponse:
    """Return the page such that neither a cache nor the next site learns its address."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
