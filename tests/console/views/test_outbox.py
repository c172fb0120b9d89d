import pytest
from django.urls import reverse

from accounts.actors import Actor
from notifications.compose import PERSONAL_LINK
from notifications.models import OutgoingMail
from support.actions.add_note import add_note
from support.actions.follow import follow
from support.actions.reply import reply
from tests.factories.support import make_ticket


@pytest.fixture
def mails(cast, run_reactions):
    """Acme's ticket is answered (Enterprise queue), and so is Globex's (Priority queue)."""
    acme, globex = make_ticket(cast.alice, subject="CANARY-ACME"), make_ticket(cast.bea, subject="CANARY-GLOBEX")
    reply(acme, by=Actor.person(cast.gwen), body="**Like** this.")
    reply(globex, by=Actor.person(cast.hugo), body="Like that.")
    run_reactions()
    return {"acme": acme, "globex": globex}


def test_an_agent_sees_the_mail_of_their_own_queues(cast, mails, signed_in):
    page = signed_in(cast.gwen).get(reverse("console:outbox")).content.decode()
    assert "CANARY-ACME" in page and "CANARY-GLOBEX" not in page


def test_a_lead_sees_all_mail(cast, mails, signed_in):
    page = signed_in(cast.lena).get(reverse("console:outbox")).content.decode()
    assert "CANARY-ACME" in page and "CANARY-GLOBEX" in page


def test_another_queues_mail_is_not_to_be_found(cast, mails, signed_in):
    mail = OutgoingMail.objects.filter(ticket_number=mails["globex"].pk).first()
    assert signed_in(cast.gwen).get(reverse("console:outbox_mail", args=[mail.pk])).status_code == 404
    assert signed_in(cast.hugo).get(reverse("console:outbox_mail", args=[mail.pk])).status_code == 200


@pytest.mark.parametrize("name", ["outbox", "outbox_accounts", "deliveries"])
def test_customers_do_not_get_in(cast, signed_in, name):
    assert signed_in(cast.alice).get(reverse(f"console:{name}")).status_code in {302, 403, 404}


def test_the_list_is_filtered_by_state_ticket_and_address(cast, mails, signed_in):
    client = signed_in(cast.lena)
    address = reverse("console:outbox")
    for query, acme, globex in [
        ({"ticket": f"#{mails['acme'].pk}"}, True, False),
        ({"to": "bea@globex.example"}, False, True),
        ({"to": "alice"}, True, False),
        ({"state": "failed"}, False, False),
        ({"ticket": "abc"}, False, False),
        ({"state": "nonsense"}, True, True),
        ({"before": "x", "after": "9" * 40}, True, True),
    ]:
        page = client.get(address, query).content.decode()
        assert ("CANARY-ACME" in page, "CANARY-GLOBEX" in page) == (acme, globex), query


def test_a_long_outbox_is_read_page_by_page(cast, mails, signed_in, monkeypatch):
    from console.views import outbox

    monkeypatch.setattr(outbox, "PAGE", 2)
    client, seen, query = signed_in(cast.lena), [], "?"
    while query:
        response = client.get(reverse("console:outbox") + query)
        seen += [mail.pk for mail in response.context["mails"]]
        query = response.context["older_url"]
    assert seen == list(OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True))
    assert response.context["newer_url"]


def test_a_mail_shows_its_letter_and_hides_what_opens_the_ticket(cast, run_reactions, signed_in):
    cast.alice.set_unusable_password()
    cast.alice.save()
    reply(make_ticket(cast.alice), by=Actor.person(cast.gwen), body="**Like** this <script>alert(1)</script>")
    run_reactions()
    mail = OutgoingMail.objects.latest("pk")
    assert PERSONAL_LINK in mail.html
    page = signed_in(cast.gwen).get(reverse("console:outbox_mail", args=[mail.pk])).content.decode()
    assert "<strong>Like</strong>" in page and mail.message_id.strip("<>") in page
    assert "<script>alert" not in page
    assert PERSONAL_LINK not in page and "/link/" not in page and f"+{mail.ticket_number}." not in page


def test_leads_send_again_and_agents_do_not(cast, mails, signed_in):
    mail = OutgoingMail.objects.filter(ticket_number=mails["acme"].pk).first()
    OutgoingMail.objects.filter(pk=mail.pk).update(state="failed", attempts=3, last_error="550", next_attempt_at=None)
    address = reverse("console:outbox_sending", args=[mail.pk])
    assert signed_in(cast.gwen).post(address).status_code == 403
    assert signed_in(cast.lena).get(address).status_code == 405
    assert signed_in(cast.lena).post(address).status_code == 302
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == ("queued", 0, "")


def test_a_note_to_a_colleague_stays_in_its_queue(cast, run_reactions, signed_in):
    ticket = make_ticket(cast.alice)
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    add_note(ticket, by=Actor.person(cast.gwen), body="CANARY-NOTE")
    run_reactions()
    mail = OutgoingMail.objects.get(kind="note")
    assert signed_in(cast.hugo).get(reverse("console:outbox_mail", args=[mail.pk])).status_code == 404


def test_account_mail_is_for_administrators_alone(cast, signed_in, settings, tmp_path):
    settings.MODE = "embedded"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    from accounts import account_mail

    account_mail.send("account/email/login_code", "alice@acme.example", {"code": "CANARY42"})
    address = reverse("console:outbox_accounts")
    assert signed_in(cast.gwen).get(address).status_code == 403
    assert signed_in(cast.lena).get(address).status_code == 403
    assert "CANARY42" in signed_in(cast.ada).get(address).content.decode()


def test_given_up_deliveries_are_shown_and_tried_again(cast, mails, signed_in):
    from events.models import Delivery

    first, *_ = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(state="failed", attempts=12, last_error="RuntimeError: CANARY")
    lead, agent = signed_in(cast.lena), signed_in(cast.gwen)
    assert agent.get(reverse("console:deliveries")).status_code == 403
    assert "RuntimeError: CANARY" in lead.get(reverse("console:deliveries"), {"state": "failed"}).content.decode()
    assert agent.post(reverse("console:delivery_replay", args=[first.pk])).status_code == 403
    assert lead.post(reverse("console:delivery_replay", args=[first.pk])).status_code == 302
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("pending", 0)
    Delivery.objects.filter(pk=first.pk).update(state="failed")
    assert lead.post(reverse("console:delivery_replays")).status_code == 302
    first.refresh_from_db()
    assert first.state == "pending"
