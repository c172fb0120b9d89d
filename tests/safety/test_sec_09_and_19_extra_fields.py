"""SEC-09 and SEC-19: what a form did not offer changes nothing; an id in a body that names something foreign is refused."""

import json
import uuid

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import Membership, User
from support.models import Attachment, Draft, Message, Queue, Ticket
from tests.factories.support import make_ticket
from tests.safety.matrix import ACCOUNT, PORTAL
from tests.safety.rig import Rig, build, stored_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


def state() -> str:
    """Return all that the desk knows of people and tickets, but for drafts and files that are not sent."""
    kept = {}
    for model in apps.get_models():
        ours = model._meta.app_label in {"accounts", "support", "events", "sla", "auth", "account", "notifications"}
        if ours and model.__name__ not in {"Attempt", "Draft", "Visit"}:
            kept[model._meta.label] = list(model.objects.order_by("pk").values())
    for user in kept["accounts.User"]:
        user.pop("last_login")
    return json.dumps(kept, default=str, sort_keys=True)


def extras(rig: Rig) -> dict[str, str]:
    """What somebody might add to a form to become more, or to make a ticket somebody else's."""
    bea, gwen = str(rig.cast.bea.pk), str(rig.cast.gwen.pk)
    return {
        "is_staff": "on", "is_superuser": "on", "is_active": "on", "groups": "1", "user_permissions": "1", "role_name": "administrator",
        "organization": str(rig.cast.globex.pk), "organisation": str(rig.cast.globex.pk), "membership": "1", "tier": "3", "shares": "on",
        "requester": bea, "requester_id": bea, "author": gwen, "user": bea, "user_id": bea, "pk": "1", "id": "1", "number": "1",
        "password": "hacked-password-1", "verified": "on", "email_verified": "1", "primary": "on", "is_requester_proven": "",
        "is_public": "", "internal": "1", "kind": "note", "is_staff_reply": "on", "channel": "phone", "by": gwen, "at": "2020-01-01",
        "next_due_at": "2020-01-01", "queue_at": "2020-01-01", "created_at": "2020-01-01", "solved_at": "2020-01-01", "is_paused": "on",
        "status": "closed", "then": "closed", "assignee": gwen, "queue": str(Queue.objects.last().pk), "tags": "vip", "tag": "vip",
        "followers": bea, "follow_up_of": "1", "version": "99", "was_answered": "on", "suggested_priority": "40", "submission_id": "1",
        "session_epoch": "7", "date_joined": "2001-01-01", "named_agent": gwen, "notes": "x", "__proto__": "x", "csrf": "x",
    }  # fmt: skip


FIELDS = {
    "ticket": ["queue_id", "status", "assignee_id", "organization_id", "requester_id", "is_requester_proven", "channel", "follow_up_of_id",
               "was_answered", "is_paused", "solved_at", "closed_at", "suggested_priority"],
    "message": ["author_id", "is_public", "is_staff_reply", "channel"],
}  # fmt: skip


def test_sec_19_a_new_ticket_takes_what_the_form_asks_and_nothing_else(rig, signed_in):
    def file(more):
        form = {"subject": "S", "body": "B", "priority": "20", "submission": str(uuid.uuid4())}
        answer = signed_in(rig.cast.alice).post(reverse("support:ticket_new"), {**more, **form})
        assert answer.status_code == 302
        ticket = Ticket.objects.order_by("pk").last()
        message = ticket.messages.get()
        shown = [getattr(ticket, name) for name in FIELDS["ticket"]] + [
            getattr(message, name) for name in FIELDS["message"]
        ]
        return shown, ticket

    plain, first = file({})
    heavy, second = file(extras(rig))
    assert heavy == plain
    assert second.pk == first.pk + 1 and not second.tags.exists() and not second.followers.exists()
    assert abs((second.next_due_at - first.next_due_at).total_seconds()) < 600
    assert abs((second.created_at - first.created_at).total_seconds()) < 600


def test_sec_19_a_stranger_s_ticket_and_a_reply_take_nothing_else_either(rig, client, signed_in):
    more = extras(rig)
    client.post(
        reverse("support:ticket_new"),
        {**more, "email": "s@x.example", "name": "S", "subject": "S", "body": "B", "priority": "20"},
    )
    ticket = Ticket.objects.order_by("pk").last()
    assert ticket.requester.email == "s@x.example" and not ticket.is_requester_proven and ticket.status == "new"
    assert ticket.organization is None and ticket.assignee is None
    assert not ticket.requester.is_staff and not ticket.requester.has_usable_password()
    before = Ticket.objects.values().get(pk=rig.ticket.pk)
    signed_in(rig.cast.alice).post(reverse("support:replies", args=[rig.ticket.pk]), {**more, "body": "A reply"})
    message = Message.objects.order_by("pk").last()
    assert (message.source, message.author, message.is_public, message.is_staff_reply) == (
        "A reply",
        rig.cast.alice,
        True,
        False,
    )
    after = Ticket.objects.values().get(pk=rig.ticket.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"version", "updated_at", "last_message_at", "first_line", "last_public_is_staff", "status", "next_due_at",
                       "next_due_metric", "queue_at"}  # fmt: skip
    assert after["status"] in {"new", "open"} and str(after["queue_at"]) > "2021"


PLAIN = [
    *(row for row in PORTAL + ACCOUNT if row.method == "post" and row.name not in {
        "support:replies", "support:solution", "support:reopening", "support:colleagues", "support:colleague_removal",
        "account_pages:member_role", "account_pages:member_leave"}),
]  # fmt: skip


@pytest.mark.parametrize("name", ["alice", "amir"])
def test_sec_19_no_other_form_of_the_portal_changes_people_or_tickets(rig, signed_in, name):
    browser = signed_in(getattr(rig.cast, name))
    browser.get(reverse("portal:home"))
    before = state()
    for row in PLAIN:
        browser.post(reverse(row.name, kwargs=row.kwargs(rig)), {**extras(rig), **row.data(rig)})
        assert state() == before, row.name


def test_sec_19_pages_of_ones_account_save_their_own_fields_alone(rig, signed_in):
    browser = signed_in(rig.cast.amir)
    kept = User.objects.values().get(pk=rig.cast.amir.pk)
    profile = {"display_name": "Amir Two", "time_zone": "UTC", "locale": "en", "theme": "dark"}
    browser.post(reverse("accounts:profile"), {**extras(rig), **profile})
    browser.post(reverse("account_pages:mail"), {**extras(rig), "own_tickets": "on"})
    browser.post(
        reverse("account_pages:organization"), {**extras(rig), "shares_tickets": "on", "name": "Ours", "tier": "1"}
    )
    after = User.objects.values().get(pk=rig.cast.amir.pk)
    changed = {name for name in after if after[name] != kept[name]}
    assert (
        changed <= {"display_name", "time_zone", "locale", "theme", "last_login"}
        and after["display_name"] == "Amir Two"
    )
    rig.cast.acme.refresh_from_db()
    assert (rig.cast.acme.name, rig.cast.acme.shares_tickets, rig.cast.acme.tier.key) == ("Acme", False, "enterprise")
    assert Membership.objects.get(user=rig.cast.amir).role == "member"
    assert Membership.objects.get(user=rig.cast.amir).organization == rig.cast.acme


def test_sec_19_signing_up_gives_no_role(rig, client):
    form = {"email": "new@acme.example", "display_name": "New", "password1": "three-grey-geese"}
    client.post(reverse("account_signup"), {**extras(rig), **form})
    person = User.objects.get(email="new@acme.example")
    assert not person.is_staff and not person.is_superuser and not person.groups.exists()
    assert not Membership.objects.filter(user=person).exists()
    assert not person.emailaddress_set.filter(verified=True).exists()


@pytest.mark.parametrize("who", ["gwen", "lena"])
def test_sec_19_staff_raise_nobody_through_the_console_s_forms(rig, signed_in, who):
    browser = signed_in(getattr(rig.cast, who))
    for person in (getattr(rig.cast, who), rig.cast.alice):
        form = {"email": person.email, "display_name": "X", "time_zone": "UTC", "locale": "en", "role": "administrator",
                "is_superuser": "on", "is_active": "on", "is_staff": "on", "groups": "1", "_save": "1"}  # fmt: skip
        browser.post(reverse("admin:accounts_user_change", args=[person.pk]), form)
        after = User.objects.get(pk=person.pk)
        assert not after.is_superuser and not after.has_perm("accounts.change_tier")
        assert set(after.groups.values_list("name", flat=True)) == set(person.groups.values_list("name", flat=True))


# --- SEC-09: ids in bodies -------------------------------------------------------------------------------------------


def refused(browser, url, form, before) -> None:
    answer = browser.post(url, form)
    assert answer.status_code in {302, 400, 403, 404, 409, 422}, url
    assert state() == before, url


def test_sec_09_a_customer_names_nothing_of_others(rig, signed_in):
    cast = rig.cast
    foreign = make_ticket(cast.bea, subject="Bea's")
    hers = stored_file(cast.bea, "hers.txt", "hers")
    Draft.objects.create(user=cast.bea, kind="reply", ticket=foreign, body="Bea's words")
    browser, own, before = signed_in(cast.alice), [rig.ticket.pk], state()
    keys = [str(hers.pk), str(rig.note_file.pk), str(rig.file.pk), str(uuid.uuid4()), "x", "0"]
    for key in keys:
        refused(browser, reverse("support:replies", args=own), {"body": "x", "attachments": key}, before)
        refused(
            browser,
            reverse("support:ticket_new"),
            {"subject": "s", "body": "b", "priority": "20", "attachments": key},
            before,
        )
    for key in (hers, rig.note_file, rig.file):
        refused(browser, reverse("support:upload_removal", args=[key.pk]), {}, before)
    assert Attachment.objects.filter(pk=hers.pk, message=None).exists()
    for email in (
        cast.bea.email,
        cast.carl.email,
        cast.gwen.email,
        "nobody@acme.example",
        f"{cast.amir.email},{cast.bea.email}",
    ):
        refused(browser, reverse("support:colleagues", args=own), {"email": email}, before)
    for person in (cast.gwen.pk, cast.bea.pk, 0, 2**40):
        refused(browser, reverse("support:colleague_removal", args=[*own, person]), {}, before)
    for act in ("solution", "reopening", "replies", "colleagues", "reply_draft", "reply_draft_removal"):
        form = {"body": "x", "email": cast.amir.email}
        assert browser.post(reverse(f"support:{act}", args=[foreign.pk]), form).status_code == 404
        assert state() == before
    assert Draft.objects.get(user=cast.bea).body == "Bea's words"


def test_sec_09_an_admin_of_one_company_reaches_no_membership_of_another(rig, signed_in):
    browser, before = signed_in(rig.cast.anna), state()
    for membership in (*Membership.objects.filter(organization=rig.cast.globex), Membership(pk=2**40)):
        for url in ("account_pages:member_role", "account_pages:member_leave"):
            refused(
                browser, reverse(url, args=[membership.pk]), {"role": "admin", "organization": rig.cast.acme.pk}, before
            )


def test_sec_09_the_same_form_mark_of_somebody_else_shows_and_makes_nothing(rig, signed_in):
    """The mark against double sending is unique: one that another person's form used must not lead to their ticket."""
    theirs = Message.objects.filter(ticket=rig.ticket).first()
    form = {"subject": "Mine", "body": "Mine", "priority": "20", "submission": str(theirs.submission)}
    answer = signed_in(rig.cast.bea).post(reverse("support:ticket_new"), form)
    target = signed_in(rig.cast.bea).get(answer["Location"]) if answer.status_code == 302 else answer
    assert "canary" not in target.content.decode()
    mine = make_ticket(rig.cast.bea)
    url = reverse("support:replies", args=[mine.pk])
    answer = signed_in(rig.cast.bea).post(url, {"body": "Mine", "submission": str(theirs.submission)}, follow=True)
    assert "canary" not in answer.content.decode()
    assert Message.objects.filter(ticket=rig.ticket, author=rig.cast.bea).count() == 0


def test_sec_09_an_agent_names_nothing_of_other_queues(rig, signed_in):
    cast = rig.cast
    hugos = make_ticket(cast.bea)  # the queue "priority"
    hers = stored_file(cast.bea, "hers.txt", "hers")
    browser, own, before = signed_in(cast.hugo), [hugos.pk], state()
    for act, form in {
        "messages": {"body": "x", "kind": "reply"}, "assignee": {"assignee": "me"}, "status": {"status": "solved"},
        "priority": {"priority": "40"}, "tags": {"tags": "x"}, "ticket_queue": {"queue": hugos.queue_id}, "following": {},
        "draft": {"body": "x"}, "draft_removal": {},
    }.items():  # fmt: skip
        assert browser.post(reverse(f"console:{act}", args=[rig.ticket.pk]), form).status_code == 404, act
        assert state() == before, act
    for who in (cast.gwen.pk, cast.alice.pk, cast.gwen.email, cast.bea.pk, 2**40):
        refused(browser, reverse("console:assignee", args=own), {"assignee": who}, before)
    for queue in (0, 2**40, "x", ""):
        refused(browser, reverse("console:ticket_queue", args=own), {"queue": queue}, before)
    for key in (hers.pk, rig.note_file.pk, rig.file.pk):
        for kind in ("reply", "note"):
            refused(
                browser,
                reverse("console:messages", args=own),
                {"body": "x", "kind": kind, "attachments": str(key)},
                before,
            )
    for act in ("assignee", "status", "priority", "tag", "queue"):
        form = {
            "ticket": rig.ticket.pk,
            "act": act,
            "assignee": "me",
            "status": "solved",
            "priority": "40",
            "tag": "x",
            "queue": hugos.queue_id,
        }
        browser.post(reverse("console:bulk"), form)
        assert state() == before, act
