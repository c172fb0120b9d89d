"""SEC-08: notes, and that there are any, reach no customer: on no page, in no mail, file, header, list or export."""

import re

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.signed_links import make as make_link
from notifications.models import OutgoingMail
from support.actions.add_note import add_note
from support.actions.follow import follow
from support.actions.keep_draft import keep_draft
from support.actions.reply import reply
from support.models import Draft, Message
from tests.factories.support import make_ticket
from tests.safety.matrix import ROWS
from tests.safety.rig import CANARY_FILE, CANARY_NOTE, CANARY_NOTE_FILE, CANARY_TICKET, Rig, build

pytestmark = pytest.mark.django_db
CANARY_DRAFT = "canary-draft-dunlin"
CANARY_TAG = "canary-tag-ruff"
CANARY_COMPANY = "canary-company-stint"
# Each form has a fresh token and a fresh mark, and minutes go by.
CHANGING = re.compile(r"(?<=value=\")[\w-]{36,64}(?=\")|(?<=content=\")\w{64}|\d+ (minutes?|min)\b|X-CSRFToken\S+ \S+")
INSIDE = (CANARY_NOTE, CANARY_NOTE_FILE, CANARY_DRAFT, CANARY_TAG, CANARY_COMPANY, "osprey", "curlew")


@pytest.fixture
def rig(cast) -> Rig:
    from support.actions.tag import set_tags

    rig = build(cast)
    gwen = Actor.person(cast.gwen)
    keep_draft(cast.gwen, Draft.Kind.NOTE, ticket=rig.ticket, body=CANARY_DRAFT)
    set_tags(rig.ticket, [CANARY_TAG], by=gwen)
    cast.acme.notes = CANARY_COMPANY
    cast.acme.save()
    follow(rig.ticket, cast.amir, by=Actor.person(cast.alice))
    reply(rig.ticket, by=gwen, body="An answer after the note.")
    add_note(rig.ticket, by=gwen, body=f"and again {CANARY_NOTE}")
    return rig


def whole(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{body.decode(errors='replace')}\n{dict(response.headers)}\n{response.cookies.output()}"


@pytest.mark.parametrize("name", ["alice", "amir", "anna", "guest"])
def test_sec_08_no_answer_to_a_customer_holds_a_note_a_draft_a_tag_or_what_we_say_of_their_company(
    rig, client, signed_in, name
):
    if name == "guest":
        url = reverse("accounts:ticket_link", args=[make_link(rig.cast.alice, rig.ticket.pk)])
        client.post(url)
        browser = client
    else:
        browser = signed_in(getattr(rig.cast, name))
    seen = ""
    for row in ROWS:
        if row.method != "get" or "*" in row.name or row.name.startswith("account_logout"):
            continue
        kwargs = row.kwargs(rig)
        if name == "guest" and "token" in kwargs:
            continue
        page = whole(browser.get(reverse(row.name, kwargs=kwargs))).replace(str(kwargs.get("name", "-")), "")
        assert not [word for word in INSIDE if word in page], row.name
        seen += page
    number = rig.ticket.pk
    for extra in (
        reverse("support:ticket_news", args=[number]) + "?since=0",
        reverse("support:ticket_news", args=[number]) + "?since=0&show=1",
        reverse("support:ticket", args=[number]) + "?before=999999",
        reverse("support:ticket_list") + "?q=osprey",
        reverse("support:ticket_list") + "?of=organisation",
        reverse("support:file_by_key", args=[rig.note_file.pk]),
        reverse("support:file_thumbnail", args=[rig.note_file.pk]),
        reverse("support:file", args=[rig.note_file.pk, "x.txt"]),
    ):
        page = whole(browser.get(extra))
        assert not [
            word
            for word in INSIDE
            if word in page.replace("q=osprey", "").replace('value="osprey"', "").replace("“osprey”", "")
        ], extra
        seen += page
    assert CANARY_TICKET in seen and CANARY_FILE in seen and "An answer after the note." in seen


def test_sec_08_a_note_changes_nothing_that_a_customer_sees(cast, signed_in):
    """Not its words alone: neither time, order, count nor news tell that there is one."""
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    browser = signed_in(cast.alice)
    since = Message.objects.order_by("pk").last().pk
    pages = (
        reverse("support:ticket", args=[ticket.pk]), reverse("support:ticket_list"), reverse("portal:home"),
        reverse("support:ticket_news", args=[ticket.pk]) + f"?since={since}", reverse("account_pages:export"),
    )  # fmt: skip

    def looks():
        answers = [browser.get(page) for page in pages]
        return [(a.status_code, CHANGING.sub("", a.content.decode())) for a in answers]

    before = looks()
    add_note(ticket, by=Actor.person(cast.gwen), body=CANARY_NOTE)
    assert looks() == before


def test_sec_08_no_mail_to_a_customer_holds_a_note(rig, run_reactions):
    run_reactions()
    reply(rig.ticket, by=Actor.person(rig.cast.gwen), body="A last word.", then="solved")
    run_reactions()
    customers = OutgoingMail.objects.exclude(recipient__is_staff=True)
    assert customers.filter(kind="reply").count() >= 2
    for mail in customers.exclude(cause="test"):
        everything = f"{mail.subject} {mail.text} {mail.html} {mail.headers} {mail.sender_name} {mail.reply_to}"
        assert not [word for word in INSIDE if word in everything], mail.kind
        assert mail.kind not in {"note", "assigned", "step", "new_ticket"}


def test_sec_08_colleagues_at_the_desk_do_get_the_note(rig, run_reactions):
    """Else the test above would pass on a desk that sends nothing."""
    from support.actions.assign import assign

    assign(rig.ticket, rig.cast.lena, by=Actor.person(rig.cast.gwen))
    add_note(rig.ticket, by=Actor.person(rig.cast.gwen), body=CANARY_NOTE)
    run_reactions()
    assert OutgoingMail.objects.filter(kind="note", recipient=rig.cast.lena, text__contains=CANARY_NOTE).exists()


def test_sec_08_an_agent_of_other_queues_who_follows_by_mistake_gets_no_note(rig, run_reactions):
    rig.ticket.followings.create(user=rig.cast.hugo)
    add_note(rig.ticket, by=Actor.person(rig.cast.gwen), body=CANARY_NOTE)
    run_reactions()
    assert not OutgoingMail.objects.filter(recipient=rig.cast.hugo, kind="note").exists()
