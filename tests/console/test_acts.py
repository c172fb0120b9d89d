"""What agents do to tickets in the console, and what they are told when it does not work."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from notifications.models import OutgoingMail
from support.actions.add_note import add_note
from support.actions.assign import assign
from support.actions.reply import reply
from support.actions.set_status import set_status
from support.models import Draft, Message, Queue, Ticket, Visit
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast):
    return make_ticket(cast.alice, subject="Where is my key?")


@pytest.fixture
def gwen_in(cast, signed_in):
    return signed_in(cast.gwen)


def send(client, ticket, **fields):
    data = {"kind": "reply", "body": "Under the mat.", "version": ticket.version, **fields}
    return client.post(f"/admin/tickets/{ticket.pk}/messages/", data)


def test_a_reply_is_sent_with_the_status_it_sets_and_its_draft_is_gone(gwen_in, cast, ticket):
    gwen_in.post(f"/admin/tickets/{ticket.pk}/draft/", {"kind": "reply", "body": "Under"})
    assert Draft.objects.get(user=cast.gwen).body == "Under"
    assert "Under</textarea>" in gwen_in.get(f"/admin/tickets/{ticket.pk}/").text
    response = send(gwen_in, ticket, then="pending")
    message = Message.objects.get(ticket=ticket, is_staff_reply=True)
    assert response["Location"] == f"/admin/tickets/{ticket.pk}/#message-{message.pk}"
    ticket.refresh_from_db()
    assert ticket.status == "pending"
    assert not Draft.objects.exists()


def test_a_note_stays_inside_and_moves_nothing(gwen_in, ticket):
    send(gwen_in, ticket, kind="note", body="Same as last week.")
    ticket.refresh_from_db()
    assert ticket.status == "new"
    assert not Message.objects.latest("pk").is_public


def test_a_reply_to_a_ticket_that_changed_shows_the_change_and_sends_on_the_second_try(gwen_in, cast, ticket):
    reply(ticket, by=Actor.person(cast.lena), body="I have it already.")
    response = send(gwen_in, ticket)
    assert response.status_code == 409
    assert "Lena Fuchs replied." in response.text
    assert "I have it already." in response.text
    assert "Under the mat." in response.text
    assert "Send anyway" in response.text
    assert not Message.objects.filter(author=cast.gwen).exists()
    version = re.search(r'name="version" value="(\d+)"', response.text)[1]
    assert send(gwen_in, ticket, version=version).status_code == 302
    assert Message.objects.filter(author=cast.gwen).count() == 1


def test_the_same_form_sent_twice_sends_one_reply(gwen_in, ticket, cast):
    form = {"submission": "0b6d2a9e-3c6d-4a2b-9c6e-6d8f1f2a3b4c"}
    assert send(gwen_in, ticket, **form).status_code == 302
    assert send(gwen_in, ticket, **form).status_code == 302
    assert Message.objects.filter(author=cast.gwen).count() == 1


@pytest.mark.parametrize(
    "fields", [{"body": ""}, {"body": "x" * 100_001}, {"kind": "shout"}, {"then": "solvd"}, {"version": "x"}]
)
def test_a_message_that_cannot_be_sent_comes_back_with_its_words(gwen_in, ticket, fields):
    response = send(gwen_in, ticket, **fields)
    assert response.status_code == 422
    assert fields.get("body", "Under the mat.") in response.text
    assert Message.objects.filter(ticket=ticket).count() == 1


@pytest.mark.parametrize(
    ("part", "data", "name", "value"),
    [
        ("assignee", {"assignee": "me"}, "assignee__email", "gwen@desk.example"),
        ("assignee", {"assignee": "lena@desk.example"}, "assignee__email", "lena@desk.example"),
        ("status", {"status": "hold"}, "status", "hold"),
        ("priority", {"priority": "40"}, "priority", 40),
        ("tags", {"tags": "Billing, sso"}, "tags__name", "billing"),
        ("following", {}, "followings__user__email", "gwen@desk.example"),
    ],
)
def test_an_act_changes_the_ticket_and_comes_back_to_it(gwen_in, ticket, part, data, name, value):
    response = gwen_in.post(
        f"/admin/tickets/{ticket.pk}/{part}/", {**data, "version": ticket.version, "back": "view=active"}
    )
    assert response["Location"] == f"/admin/tickets/{ticket.pk}/?view=active"
    assert value in Ticket.objects.filter(pk=ticket.pk).values_list(name, flat=True)


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("assignee", {"assignee": "hugo@desk.example"}),
        ("assignee", {"assignee": "nobody-known"}),
        ("status", {"status": "odd"}),
        ("priority", {"priority": "11"}),
        ("queue", {"queue": "999"}),
        ("tags", {"tags": "w" * 41}),
    ],
)
def test_a_refused_act_says_why_and_keeps_what_was_typed(gwen_in, ticket, part, data):
    response = gwen_in.post(f"/admin/tickets/{ticket.pk}/{part}/", {**data, "version": ticket.version})
    assert response.status_code in {409, 422}
    assert 'role="alert"' in response.text
    if "tags" in data:
        assert data["tags"] in response.text


def test_an_act_on_a_ticket_that_changed_says_what_changed(gwen_in, cast, ticket):
    assign(ticket, cast.lena, by=Actor.person(cast.lena))
    response = gwen_in.post(f"/admin/tickets/{ticket.pk}/assignee/", {"assignee": "me", "version": ticket.version})
    assert response.status_code == 409
    assert "Lena Fuchs took it." in response.text


def test_a_ticket_moved_out_of_sight_leads_back_to_the_queue(gwen_in, ticket):
    other = Queue.objects.get(slug="priority")
    response = gwen_in.post(f"/admin/tickets/{ticket.pk}/queue/", {"queue": other.pk, "version": ticket.version})
    assert response["Location"] == "/admin/queue/"


def test_solve_and_next_shows_the_next_ticket(gwen_in, cast, ticket):
    second = make_ticket(cast.alice)
    response = gwen_in.post(
        f"/admin/tickets/{ticket.pk}/status/", {"status": "solved", "go": "next", "version": ticket.version}
    )
    assert response["Location"] == f"/admin/tickets/{second.pk}/"
    assert gwen_in.get(f"/admin/tickets/{second.pk}/next/")["Location"] == "/admin/queue/"


def test_many_at_once_tells_which_failed_and_does_the_others(gwen_in, cast):
    tickets = [make_ticket(cast.alice) for _n in range(3)]
    foreign = make_ticket(cast.bea)
    assign(tickets[1], cast.lena, by=Actor.person(cast.lena))
    chosen = [f"{t.pk}.{t.version}" for t in (*tickets, foreign)]
    response = gwen_in.post("/admin/queue/acts/", {"ticket": chosen, "act": "assign", "assignee": "me"}, follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert any(s.startswith("2 tickets assigned to Gwen Abara") and f"#{tickets[0].pk}" in s for s in said)
    assert any(s.startswith(f"#{tickets[1].pk}: The ticket changed") for s in said)
    assert any(s.startswith(f"#{foreign.pk}: ") for s in said)
    assert list(Ticket.objects.filter(assignee=cast.gwen).values_list("pk", flat=True)) == [
        tickets[2].pk,
        tickets[0].pk,
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"act": "status", "status": "solved"},
        {"act": "priority", "priority": "40"},
        {"act": "tag", "tags": "bulk"},
        {"act": "move", "queue": "priority"},
    ],
)
def test_many_at_once_knows_every_act(gwen_in, ticket, data):
    gwen_in.post("/admin/queue/acts/", {"ticket": f"{ticket.pk}.{ticket.version}", **data})
    assert Ticket.objects.get(pk=ticket.pk).version > ticket.version


@pytest.mark.parametrize(
    "data", [{}, {"act": "odd"}, {"act": "status", "status": "odd"}, {"act": "assign", "assignee": "zz"}]
)
def test_many_at_once_refuses_nonsense_in_words(gwen_in, ticket, data):
    response = gwen_in.post("/admin/queue/acts/", {"ticket": f"{ticket.pk}.{ticket.version}", **data}, follow=True)
    assert list(response.context["messages"])
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_an_open_page_leaves_a_mark_and_learns_who_is_there_and_that_the_ticket_changed(
    gwen_in, cast, signed_in, ticket
):
    lena = signed_in(cast.lena)
    url = f"/admin/tickets/{ticket.pk}/presence/"
    lena.post(url, {"version": ticket.version})
    assert "Lena Fuchs is looking" in gwen_in.post(url, {"version": ticket.version}).text
    lena.post(f"/admin/tickets/{ticket.pk}/draft/", {"kind": "reply", "body": "I"})
    assert "Lena Fuchs is writing" in gwen_in.post(url, {"version": ticket.version}).text
    assert "Lena Fuchs is looking" in gwen_in.get("/admin/queue/").text
    add_note(ticket, by=Actor.person(cast.lena), body="Mine.")
    assert "The ticket changed" in gwen_in.post(url, {"version": ticket.version}).text
    Visit.objects.update(present_until=timezone.now() - timedelta(seconds=1), writing_until=None)
    assert "Lena" not in gwen_in.post(url, {"version": ticket.version}).text


def test_what_one_has_seen_is_marked_unread_only_after_news(gwen_in, cast, ticket):
    assert "is-unread" in gwen_in.get("/admin/queue/").text
    gwen_in.post(f"/admin/tickets/{ticket.pk}/presence/")
    assert "is-unread" not in gwen_in.get("/admin/queue/").text


def test_a_mail_that_did_not_arrive_is_shown_on_its_ticket(gwen_in, ticket):
    OutgoingMail.objects.create(
        cause="x",
        ticket_number=ticket.pk,
        to="alice@acme.example",
        subject="Re",
        text="t",
        message_id="<1@x>",
        state="failed",
        last_error="550 no such mailbox",
    )
    page = gwen_in.get(f"/admin/tickets/{ticket.pk}/").text
    assert "alice@acme.example did not arrive" in page
    assert "550 no such mailbox" in page


def test_a_call_becomes_a_ticket_with_or_without_a_promise(gwen_in, cast):
    form = {
        "email": "alice@acme.example",
        "subject": "Called",
        "body": "I told her.",
        "channel": "phone",
        "priority": "20",
    }
    gwen_in.post("/admin/tickets/new/", {**form, "outcome": "answered"})
    answered = Ticket.objects.latest("pk")
    assert (answered.requester, answered.channel, answered.was_answered) == (cast.alice, "phone", True)
    gwen_in.post("/admin/tickets/new/", {**form, "outcome": "missed"})
    missed = Ticket.objects.latest("pk")
    assert not missed.was_answered
    assert missed.next_due_metric == "first_response"
    response = gwen_in.post("/admin/tickets/new/", {**form, "email": "no address", "subject": ""})
    assert response.status_code == 422
    assert "I told her." in response.text


# --- The queue ---------------------------------------------------------------------------------------------------------


def numbers(response):
    return [int(n) for n in re.findall(r'class="subject" href="/admin/tickets/(\d+)/', response.text)]


def test_pages_follow_the_order_with_ties_and_without_promises_and_lead_back(signed_in, cast):
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    tickets = [make_ticket(cast.alice) for _n in range(12)]
    for n, ticket in enumerate(tickets):
        # Ties of three, and four without a promise.
        at = moment + timedelta(hours=n // 3) if n < 8 else None
        Ticket.objects.filter(pk=ticket.pk).update(
            next_due_at=at, **({"queue_at": at} if at else {"queue_at": datetime(9999, 12, 31, tzinfo=UTC)})
        )
    lena = signed_in(cast.lena)
    everything = numbers(lena.get("/admin/queue/?size=100"))
    assert everything == list(Ticket.objects.order_by("queue_at", "pk").values_list("pk", flat=True))
    path, seen, pages = "/admin/queue/?size=5", [], []
    while path:
        page = lena.get(path)
        pages.append(numbers(page))
        seen += pages[-1]
        later = re.search(r'rel="next" href="([^"]+)"', page.text)
        back = re.search(r'rel="prev" href="([^"]+)"', page.text)
        path = later and later[1].replace("&amp;", "&") + "&size=5"
    assert seen == everything
    assert numbers(lena.get(back[1].replace("&amp;", "&") + "&size=5")) == pages[-2]


@pytest.mark.parametrize(
    "query",
    [
        "view=odd",
        "status=odd",
        "priority=9",
        "queue=odd",
        "tier=odd",
        "age=odd",
        "response=odd",
        "after=odd",
        "after=~1",
        "q=odd:1",
        "after=2030-13-01T00:00:00Z~5",
    ],
)
def test_what_cannot_be_understood_is_said_and_is_no_error(signed_in, cast, query):
    make_ticket(cast.alice)
    response = signed_in(cast.lena).get(f"/admin/queue/?{query}")
    assert response.status_code == 400
    assert 'role="alert"' in response.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a", "b"]),
        ("view=mine", ["b"]),
        ("view=unassigned", ["a", "c"]),
        ("view=waiting", ["c"]),
        ("view=active", ["a", "b", "c"]),
        ("view=solved", ["d"]),
        ("status=solved", ["d"]),
        ("status=open", ["b"]),
        ("queue=enterprise&view=active", ["a", "b", "c"]),
        ("queue=priority&view=active", []),
        ("assignee=none&view=active", ["a", "c"]),
        ("q=assignee:me", ["b"]),
        ("q=subject-a", ["a"]),
        ('q="subject-b" tier:enterprise', ["b"]),
        ("q=is:solved", ["d"]),
        ("tag=vip&view=active", ["a"]),
        ("age=<1d&view=active", ["a", "b", "c"]),
        ("age=>30d&view=active", []),
        ("requester=alice@acme.example&view=active", ["a", "b", "c"]),
    ],
)
def test_views_and_filters_find_what_they_say(signed_in, cast, query, found):
    lena = Actor.person(cast.lena)
    made = {name: make_ticket(cast.alice, subject=f"subject-{name}") for name in "abcd"}
    from support.actions.tag import set_tags

    set_tags(made["a"], ["vip"], by=lena)
    reply(made["b"], by=lena, body="Which part?")
    assign(made["b"], cast.lena, by=lena)
    Ticket.objects.filter(pk=made["b"].pk).update(next_due_at=None)
    set_status(made["c"], "pending", by=lena)
    Ticket.objects.filter(pk=made["c"].pk).update(next_due_at=None)
    set_status(made["d"], "solved", by=lena)
    response = signed_in(cast.lena).get(f"/admin/queue/?{query}")
    assert sorted(numbers(response)) == [made[name].pk for name in found]
