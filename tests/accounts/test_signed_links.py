from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import signed_links
from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actors import Actor, ActorKind, actor_of
from accounts.signed_links import LinkEnded, LinkForged
from events.models import Event
from support.permissions import visible_tickets
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(cast):
    return find_or_create_person("stranger@x.example", "Stranger", "email")


@pytest.fixture
def ticket(stranger):
    return make_ticket(stranger, by=Actor.anonymous())


def url(user, ticket, name="ticket_link"):
    return reverse(f"accounts:{name}", args=[signed_links.make(user, ticket.pk)])


def guest_of(client) -> Actor:
    request = type("Request", (), {})()
    from django.contrib.auth.models import AnonymousUser

    request.user, request.session = AnonymousUser(), client.session
    return actor_of(request)


def test_a_link_says_whose_and_which_and_until_when(stranger, ticket, settings):
    link = signed_links.read(signed_links.make(stranger, ticket.pk))
    assert (link.user, link.ticket) == (stranger, ticket.pk)
    assert abs(link.ends_at - timezone.now() - timedelta(days=settings.TICKET_LINK_DAYS)) < timedelta(seconds=5)


def test_looking_at_a_link_changes_nothing(client, stranger, ticket):
    before = Event.objects.count()
    page = client.get(url(stranger, ticket))
    assert f"Open ticket #{ticket.pk}" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert guest_of(client).kind == ActorKind.ANONYMOUS
    assert Event.objects.count() == before


def test_pressing_the_button_opens_that_ticket_and_no_other(client, stranger, ticket):
    other = make_ticket(stranger)
    answer = client.post(url(stranger, ticket))
    assert answer["Location"] == reverse("support:ticket", args=[ticket.pk])
    guest = guest_of(client)
    assert guest.kind == ActorKind.GUEST
    assert visible_tickets(guest).get() == ticket
    client.post(url(stranger, other))
    assert visible_tickets(guest_of(client)).count() == 2


def test_a_link_of_somebody_else_replaces_the_guest(client, stranger, ticket):
    other = find_or_create_person("other@y.example", "Other", "email")
    others = make_ticket(other)
    client.post(url(stranger, ticket))
    client.post(url(other, others))
    assert visible_tickets(guest_of(client)).get() == others


def test_a_guest_leaves_when_the_link_ends(client, stranger, ticket):
    client.post(url(stranger, ticket))
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert guest_of(client).kind == ActorKind.ANONYMOUS


@pytest.mark.parametrize("change", ["password", "deactivated", "address", "staff"])
def test_links_and_guests_end_when_the_account_changes(client, stranger, ticket, change):
    token = signed_links.make(stranger, ticket.pk)
    client.post(url(stranger, ticket))
    if change == "password":
        stranger.set_password("seven-blue-doors")
    elif change == "deactivated":
        stranger.is_active = False
    elif change == "address":
        stranger.email = "elsewhere@x.example"
    else:
        stranger.is_staff = True
    stranger.save()
    with pytest.raises(LinkEnded):
        signed_links.read(token)
    assert guest_of(client).kind == ActorKind.ANONYMOUS


def test_staff_get_no_links(cast):
    with pytest.raises(ValueError, match="Staff sign in"):
        signed_links.make(cast.gwen, 1)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: "a:b:c", lambda t: t.split(":")[0]]
)
def test_a_forged_link_is_refused(stranger, ticket, spoil):
    with pytest.raises(LinkForged):
        signed_links.read(spoil(signed_links.make(stranger, ticket.pk)))


def test_a_broken_link_gets_a_clear_page(client, cast):
    page = client.get(reverse("accounts:ticket_link", args=["broken"]))
    assert page.status_code == 410
    assert "This link has ended" in page.content.decode()


def test_an_old_link_is_exchanged_by_mail_and_not_on_the_page(client, stranger, ticket, mailoutbox):
    old = signed_links.make(stranger, ticket.pk)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        page = client.get(reverse("accounts:ticket_link", args=[old]))
        assert "Mail me a fresh link" in page.content.decode()
        assert client.post(reverse("accounts:ticket_link", args=[old])).status_code == 410
        client.post(reverse("accounts:fresh_link", args=[old]))
        assert [letter.to for letter in mailoutbox] == [[stranger.email]]
        fresh = mailoutbox[0].body.split("/link/")[1].split("/")[0]
        assert signed_links.read(fresh).ticket == ticket.pk


def test_asking_for_a_fresh_link_answers_the_same_for_every_token_and_is_limited(client, stranger, ticket, mailoutbox):
    old = signed_links.make(stranger, ticket.pk)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        answers = [client.post(reverse("accounts:fresh_link", args=[t])) for t in (old, "forged")]
        assert [(a.status_code, a["Location"]) for a in answers] == [(302, reverse("account_request_login_code"))] * 2
        for _ in range(9):
            last = Client().post(reverse("accounts:fresh_link", args=[old]))
    assert last.status_code == 429
    assert len(mailoutbox) < 10


def test_somebody_else_who_is_signed_in_stays_themselves(cast, signed_in, stranger, ticket):
    client = signed_in(cast.bea)
    assert client.get(url(stranger, ticket))["Location"] == reverse("support:ticket", args=[ticket.pk])
    assert "guest" not in client.session


def test_a_ticket_that_was_filed_under_a_proven_address_is_read_after_its_link_was_opened(
    cast, signed_in, run_reactions
):
    filed = make_ticket(cast.alice, by=Actor.anonymous())
    assert filed not in visible_tickets(Actor.person(cast.alice))
    signed_in(cast.alice).post(url(cast.alice, filed))
    run_reactions()
    assert filed in visible_tickets(Actor.person(cast.alice))
