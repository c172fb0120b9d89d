"""What mails about tickets say, from the event to the message on the wire."""

import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from django.core.management import call_command  # noqa: F401 (imports the command registry before translations)
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from notifications.compose import PERSONAL_LINK
from notifications.deliver import message_of
from notifications.models import OutgoingMail
from notifications.reply_tokens import verify
from support.actions.add_note import add_note
from support.actions.follow import follow
from support.actions.open_ticket import open_ticket
from support.actions.reply import reply
from support.actions.solve import solve
from support.models import Follower
from tests.factories.accounts import UserFactory
from tests.factories.support import make_ticket


@pytest.fixture(autouse=True)
def _desk(settings):
    settings.BASE_URL = "https://help.example.com"
    settings.SUPPORT_ADDRESS = settings.DEFAULT_FROM_EMAIL = "support@desk.example"


def wire(mail):
    """Return a mail as the receiver's program parses it."""
    return message_from_bytes(message_of(mail).message().as_bytes(), policy=policy.default)


def everything(mail):
    message = wire(mail)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{key}: {value}" for key, value in message.items()), *parts])


def mails_to(person):
    return list(OutgoingMail.objects.filter(recipient=person).order_by("pk"))


def test_an_acknowledgement_says_number_and_promise_in_the_readers_zone(cast, run_reactions):
    cast.alice.time_zone = "Europe/Berlin"
    cast.alice.save()
    ticket = make_ticket(cast.alice, subject="Keys expire")
    run_reactions()
    (mail,) = mails_to(cast.alice)
    message = wire(mail)
    assert message["Subject"] == f"[#{ticket.pk}] Keys expire"
    assert message["Auto-Submitted"] == "auto-replied"
    assert f"#{ticket.pk}" in mail.text and "We'll reply by" in mail.text
    assert "(Europe/Berlin)" in mail.text
    assert f"https://help.example.com/tickets/{ticket.pk}/" in mail.text
    assert {part.get_content_type() for part in message.walk()} == {"multipart/alternative", "text/plain", "text/html"}


def test_a_reply_carries_the_answer_a_token_and_its_thread(cast, run_reactions):
    ticket = make_ticket(cast.alice)
    run_reactions()
    reply(ticket, by=Actor.person(cast.gwen), body="Use **this** [guide](https://docs.example/a).")
    reply(ticket, by=Actor.person(cast.gwen), body="And that.")
    run_reactions()
    first, second, third = (wire(mail) for mail in mails_to(cast.alice))
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert re.fullmatch(rf"<ticket\.{ticket.pk}\.message\.\d+\.[a-z0-9]{{22}}@desk\.example>", second["Message-ID"])
    local = second["Reply-To"].addresses[0].username
    number, token = local.removeprefix("support+").split(".")
    assert int(number) == ticket.pk and verify(ticket.pk, token) == cast.alice.pk
    assert "Auto-Submitted" not in second  # a person wrote it
    assert second["From"].addresses[0].addr_spec == "support@desk.example"
    assert "Gwen Abara" in second["From"].addresses[0].display_name
    html = second.get_body(("html",)).get_content()
    assert "<strong>this</strong>" in html and 'href="https://docs.example/a"' in html


def test_the_same_event_twice_makes_one_mail(cast, run_reactions):
    from events.models import Delivery

    make_ticket(cast.alice)
    run_reactions()
    Delivery.objects.update(state="pending", done_at=None)
    run_reactions()
    assert OutgoingMail.objects.count() == 1


def test_somebody_without_password_gets_a_link_that_agents_do_not_find_in_the_outbox(cast, run_reactions):
    guest = UserFactory(email="guest@nowhere.example", password=None)
    guest.set_unusable_password()
    guest.save()
    make_ticket(guest)
    run_reactions()
    (mail,) = mails_to(guest)
    assert PERSONAL_LINK in mail.text and PERSONAL_LINK in mail.html and "/link/" not in mail.text
    sent = everything(mail)
    assert PERSONAL_LINK not in sent and len(re.findall(r"https://help\.example\.com/link/\S+", sent)) == 2
    assert mail.reply_to == "" and "reply-to" not in {key.lower() for key in mail.headers}


def test_words_are_in_the_readers_language(cast, run_reactions, settings):
    cast.alice.locale = "de"
    cast.alice.save()
    make_ticket(cast.alice)
    run_reactions()
    (mail,) = mails_to(cast.alice)
    assert '<html lang="de">' in mail.html


def test_a_solved_ticket_invites_to_reopen(cast, run_reactions):
    ticket = make_ticket(cast.alice, subject="Keys expire")
    solve(ticket, by=Actor.person(cast.gwen))
    run_reactions()
    mail = mails_to(cast.alice)[-1]
    assert mail.kind == "solved" and "open again" in mail.text
    assert wire(mail)["Auto-Submitted"] == "auto-generated"


def test_a_reply_that_solves_says_it_in_the_same_mail(cast, run_reactions):
    ticket = make_ticket(cast.alice)
    reply(ticket, by=Actor.person(cast.gwen), body="Done.", then="solved")
    run_reactions()
    assert [mail.kind for mail in mails_to(cast.alice)] == ["acknowledgement", "reply"]
    assert "We believe this is done" in mails_to(cast.alice)[-1].text


def test_followers_can_leave_with_one_click_and_requesters_are_not_offered_it(cast, run_reactions, client):
    ticket = make_ticket(cast.alice)
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    run_reactions()
    mail = wire(mails_to(cast.amir)[-1])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip(" <>").removeprefix("https://help.example.com")
    assert "List-Unsubscribe" not in wire(mails_to(cast.alice)[-1])
    assert client.get(path).status_code == 200
    assert Follower.objects.filter(user=cast.amir).exists(), "a link scanner's GET must change nothing"
    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follower.objects.filter(user=cast.amir).exists()
    assert client.post(path[:-3] + "x/").status_code == 404


def test_files_are_linked_and_not_attached(cast, run_reactions):
    from support.models import Attachment

    file = Attachment.objects.create(
        name="trace.log", size=1234, content_type="text/plain", sha256="0" * 64, path="x", uploaded_by=cast.gwen
    )
    ticket = make_ticket(cast.alice)
    reply(ticket, by=Actor.person(cast.gwen), body="See the file.", attachments=[file])
    run_reactions()
    mail = mails_to(cast.alice)[-1]
    assert f"https://help.example.com/files/{file.pk}/" in mail.text
    assert not list(wire(mail).iter_attachments())


# --- SEC-08 -------------------------------------------------------------------------------------------------------


def test_sec_08_notes_never_reach_a_customers_mail(cast, run_reactions):
    ticket = make_ticket(cast.alice)
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    add_note(ticket, by=Actor.person(cast.gwen), body="CANARY-NOTE they are in arrears")
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    add_note(ticket, by=Actor.person(cast.gwen), body="CANARY-NOTE again")
    reply(ticket, by=Actor.person(cast.alice), body="Thanks.")
    solve(ticket, by=Actor.person(cast.gwen))
    run_reactions()
    mails = OutgoingMail.objects.filter(recipient__is_staff=False)
    assert mails.count() >= 5
    for mail in mails:
        assert "CANARY" not in everything(mail)


# --- SEC-12 -------------------------------------------------------------------------------------------------------


def test_sec_12_a_strangers_words_and_links_never_reach_the_address_they_named(run_reactions, cast):
    victim = UserFactory(email="victim@nowhere.example", display_name="BUYNOW https://evil.example", proven=False)
    victim.set_unusable_password()
    victim.save()
    opened = open_ticket(
        by=Actor.anonymous(),
        requester=victim,
        subject="BUYNOW https://evil.example",
        body="BUYNOW https://evil.example",
    )
    solve(opened.ticket, by=Actor.person(cast.lena))
    run_reactions()
    mails = mails_to(victim)
    assert {mail.kind for mail in mails} == {"acknowledgement", "solved"}
    for mail in mails:
        sent = everything(mail)
        assert "BUYNOW" not in sent and "evil" not in sent
        links = set(re.findall(r"https?://[^\s\"<>]+", sent)) - {"http://www.w3.org/"}
        assert links and all(link.startswith("https://help.example.com/") for link in links)


def test_sec_12_a_hundred_submissions_send_three_mails_an_hour(run_reactions, cast, django_assert_max_num_queries):
    for number in range(100):
        open_ticket(by=Actor.anonymous(), requester=cast.carl, subject=f"Spam {number}", body="x")
    run_reactions()
    mails = OutgoingMail.objects.filter(to=cast.carl.email)
    assert mails.count() == 100
    assert mails.filter(state="queued").count() == 3
    assert mails.filter(state="held").count() == 97


def test_sec_12_the_flood_does_not_hold_back_what_the_person_asked_themselves(run_reactions, cast):
    for number in range(5):
        open_ticket(by=Actor.anonymous(), requester=cast.carl, subject=f"Spam {number}", body="x")
    own = make_ticket(cast.carl)
    run_reactions()
    assert OutgoingMail.objects.get(ticket_number=own.pk).state == "queued"


# --- SEC-13 -------------------------------------------------------------------------------------------------------

TRICKS = [
    "Eve\r\nBcc: victim@evil.example",
    "Eve\nX-Evil: yes",
    'Eve" <victim@evil.example>',
    "Eve, victim@evil.example",
    "https://evil.example/x",
    "www.evil.example",
    "evil.example/login",
    '["a@evil.example", "b@evil.example"]',
    "<script>alert(1)</script>",
    "<a href=https://evil.example>x</a>",
    "=?utf-8?q?Bcc:_victim=40evil.example?=",
    "{{ url }}{% url 'x' %}",
]


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.tags = [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.found += [value for key, value in attributes if key in {"href", "src"}]


@pytest.mark.parametrize("trick", TRICKS)
def test_sec_13_names_subjects_and_organisations_add_no_header_recipient_or_link(cast, run_reactions, trick):
    User.objects.filter(pk__in=[cast.alice.pk, cast.gwen.pk]).update(display_name=trick)
    cast.acme.name = trick
    cast.acme.save()
    ticket = make_ticket(User.objects.get(pk=cast.alice.pk), subject=trick, body="plain")
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    reply(ticket, by=Actor.person(User.objects.get(pk=cast.gwen.pk)), body="plain")
    run_reactions()
    mails = OutgoingMail.objects.all()
    assert mails.count() == 4
    for mail in mails:
        message = wire(mail)
        assert len(message["From"].addresses) == 1
        assert message["From"].addresses[0].addr_spec == "support@desk.example"
        assert [address.addr_spec for address in message["To"].addresses] == [mail.to]
        assert len(message["Reply-To"].addresses) == 1
        assert set(message.keys()) <= {
            "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID",
            "Auto-Submitted", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post",
        }  # fmt: skip
        text = message.get_body(("plain",)).get_content()
        assert "evil.example" not in text.lower(), text
        links = Links()
        links.feed(message.get_body(("html",)).get_content())
        assert "script" not in links.tags
        assert links.found and all(link.startswith("https://help.example.com/") for link in links.found)


# --- SEC-18 -------------------------------------------------------------------------------------------------------


def test_sec_18_links_start_with_the_configured_address_whatever_host_was_asked(cast, run_reactions, signed_in):
    client = signed_in(cast.alice)
    client.get(reverse("portal:home"), headers={"host": "evil.example"})
    make_ticket(cast.alice)
    run_reactions()
    assert "evil.example" not in everything(mails_to(cast.alice)[0])
