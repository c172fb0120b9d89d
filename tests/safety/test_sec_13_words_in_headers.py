"""SEC-13 on pages and in the console: what people choose as a name, subject or organisation stays words.

No live link on a page, no header added to an answer or a mail, no recipient added. (The functions that clean names for
mails have tests of their own beside them.)
"""

import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from django.core import mail as outbox
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Organization, User
from notifications import deliver
from notifications.models import OutgoingMail
from support.actions.follow import follow
from support.actions.reply import reply
from support.models import Ticket
from tests.factories.support import make_ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]
WORDS = [
    "https://evil.example/login",
    "Click http://evil.example",
    "www.evil.example now",
    "Ann\r\nBcc: victim@evil.example",
    "Ann\nContent-Type: text/html\n\n<b>x</b>",
    "Ann%0d%0aBcc:victim@evil.example",
    "Ann, victim@evil.example",
    "Ann <victim@evil.example>",
    '["victim@evil.example", "x@evil.example"]',
    "Ann\u2028Bcc: victim@evil.example",
    "Ann\x0bBcc: victim@evil.example",
    '"><a href="http://evil.example">x</a>',
    "[x](http://evil.example)",
    "=?utf-8?Q?Ann=0D=0ABcc:_victim@evil.example?=",
]


def links_of(html: str) -> list[str]:
    """Return where attributes of real elements lead, if it is where the attacker wants."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(
                value
                for name, value in attrs
                if name in {"href", "src", "action"} and value and re.match(r"[a-z]*:?//\S*evil|www", value)
            )

    Reader().feed(html)
    return found


@pytest.mark.parametrize("words", WORDS)
def test_sec_13_no_page_makes_a_link_or_a_header_of_a_name_a_subject_or_an_organisation(cast, signed_in, words):
    User.objects.filter(pk=cast.alice.pk).update(display_name=words[:100])
    Organization.objects.filter(pk=cast.acme.pk).update(name=words[:100])
    ticket = make_ticket(User.objects.get(pk=cast.alice.pk), subject="x", body="x")
    Ticket.objects.filter(pk=ticket.pk).update(subject=words)
    customer, desk = signed_in(cast.alice), signed_in(cast.ada)
    for browser, url in (
        (customer, reverse("portal:home")), (customer, reverse("support:ticket_list")), (customer, reverse("support:ticket", args=[ticket.pk])),
        (customer, reverse("account_pages:organization")), (customer, reverse("accounts:profile")),
        (desk, reverse("console:queue") + "?view=all"), (desk, reverse("console:ticket", args=[ticket.pk])),
        (desk, reverse("console:timeline", args=[ticket.pk])), (desk, reverse("console:earlier", args=[ticket.pk])),
        (desk, reverse("console:palette") + f"?q={ticket.pk}"), (desk, reverse("admin:index")),
        (desk, reverse("admin:accounts_user_changelist")), (desk, reverse("admin:accounts_organization_changelist")),
        (desk, reverse("admin:accounts_user_change", args=[cast.alice.pk])),
    ):  # fmt: skip
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert links_of(answer.content.decode()) == [], url
        assert not any("evil" in value or "Bcc" in name for name, value in answer.headers.items()), url


@pytest.mark.parametrize("words", WORDS)
def test_sec_13_no_form_of_the_portal_or_the_console_lets_such_words_add_a_header(cast, signed_in, client, words):
    client.post(
        reverse("support:ticket_new"),
        {"email": "s@x.example", "name": words, "subject": words, "body": "b", "priority": "20"},
    )
    customer, desk = signed_in(cast.alice), signed_in(cast.ada)
    customer.post(
        reverse("accounts:profile"), {"display_name": words, "time_zone": "UTC", "locale": "en", "theme": "auto"}
    )
    customer.post(reverse("support:ticket_new"), {"subject": words, "body": "b", "priority": "20"})
    desk.post(reverse("admin:accounts_organization_add"), {"name": words, "tier": "", "notes": "", "_save": "1",
              **{f"{prefix}-{name}_FORMS": "0" for prefix in ("mail_domains", "memberships") for name in ("TOTAL", "INITIAL")}})  # fmt: skip
    kept = [*Ticket.objects.values_list("subject", flat=True), *User.objects.values_list("display_name", flat=True)]
    assert not any(re.search(r"[\r\n\x00\x0b\u2028\u2029]", text) for text in kept)
    for email in (words, f"s@x.example\r\nBcc: {words}", f"s@x.example,{words}"):
        before = User.objects.count()
        answer = client.post(
            reverse("support:ticket_new"), {"email": email, "subject": "s", "body": "b", "priority": "20"}
        )
        assert answer.status_code in {422, 429} and User.objects.count() == before, email


@pytest.mark.parametrize("words", WORDS)
def test_sec_13_no_mail_has_another_header_recipient_or_link(cast, run_reactions, words):
    for person in (cast.alice, cast.gwen, cast.amir):
        User.objects.filter(pk=person.pk).update(display_name=words[:100])
    Organization.objects.filter(pk=cast.acme.pk).update(name=words[:100])
    alice, gwen = User.objects.get(pk=cast.alice.pk), User.objects.get(pk=cast.gwen.pk)
    ticket = make_ticket(alice, subject="x", body="x")
    Ticket.objects.filter(pk=ticket.pk).update(subject=words)
    ticket.refresh_from_db()
    follow(ticket, cast.amir, by=Actor.person(alice))
    reply(ticket, by=Actor.person(gwen), body="An answer.")
    run_reactions()
    deliver.send_all_due()
    assert len(outbox.outbox) >= 3
    expected = {"alice@acme.example", "amir@acme.example", "gwen@desk.example"}
    plain = _header_names(cast, run_reactions)
    for message in outbox.outbox:
        parsed = message_from_bytes(message.message().as_bytes(), policy=default)
        assert len(message.recipients()) == 1 and set(message.recipients()) <= expected
        assert {name.lower() for name in parsed} <= plain
        assert [a.addr_spec for a in parsed["To"].addresses] == message.recipients()
        assert len(parsed["From"].addresses) == 1 and "evil" not in parsed["From"].addresses[0].addr_spec
        for part in parsed.walk():
            if part.get_content_type() == "text/html":
                assert links_of(part.get_content()) == []
            if part.get_content_maintype() == "text":
                assert not re.search(r"https?://\S*evil|www\.evil|\bevil\.example|@evil", part.get_content())


def _header_names(cast, run_reactions) -> set[str]:
    """Return the names of headers that mails of the desk have when nobody tries anything."""
    known = {
        "content-type",
        "mime-version",
        "subject",
        "from",
        "to",
        "reply-to",
        "date",
        "message-id",
        "in-reply-to",
        "references",
    }
    return known | {
        name.lower() for mail in OutgoingMail.objects.all() for name in mail.headers if name.lower() != "bcc"
    } - {"cc"}
