"""SEC-06: no list, search, count, look-up or picker shows what the page of the same thing would refuse."""

import json
import random

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from support.actions.assign import assign
from support.actions.follow import follow
from support.models import Message, Queue, Ticket
from support.permissions import visible_messages, visible_tickets
from tests.cast import Cast
from tests.factories.support import make_ticket
from tests.safety.rig import CANARY_NOTE, CANARY_TICKET, Rig, build

pytestmark = pytest.mark.django_db
PEOPLE = ["alice", "amir", "anna", "bea", "ben", "carl", "gwen", "hugo", "lena", "ada"]


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


def may_read(cast: Cast, person: User, ticket: Ticket) -> bool:
    """The rule of support/permissions.py once more, in plain words and without its queries."""
    if person in (cast.lena, cast.ada):
        return True
    if person in (cast.gwen, cast.hugo):
        return person in ticket.queue.members.all()
    if not ticket.is_requester_proven:
        return False
    sees_company = {cast.anna: cast.acme, cast.bea: cast.globex, cast.ben: cast.globex}.get(person)
    return (
        ticket.requester == person
        or person in ticket.followers.all()
        or (sees_company is not None and ticket.organization == sees_company)
    )


def many_tickets(cast: Cast, dice: random.Random) -> list[Ticket]:
    queues, agents = list(Queue.objects.all()), {"enterprise": cast.gwen, "priority": cast.hugo}
    tickets = []
    for _ in range(60):
        requester = getattr(cast, dice.choice(PEOPLE[:6]))
        by = Actor.anonymous() if dice.random() < 0.2 else None
        ticket = make_ticket(requester, by=by, queue=dice.choice([*queues, None]))
        if requester in (cast.alice, cast.bea) and by is None and dice.random() < 0.5:
            follow(ticket, cast.amir if requester == cast.alice else cast.ben, by=Actor.person(requester))
        if agent := agents.get(ticket.queue.slug):
            assign(ticket, agent, by=Actor.person(cast.lena))
        tickets.append(Ticket.objects.select_related("queue", "organization", "requester").get(pk=ticket.pk))
    return tickets


@pytest.mark.once
def test_sec_06_lists_pages_and_the_rule_in_words_agree_on_a_thousand_pairs(cast, signed_in):
    dice = random.Random(20261)
    tickets = many_tickets(cast, dice)
    pairs = [(person, ticket) for person in PEOPLE for ticket in tickets]
    pairs += [dice.choice(pairs) for _ in range(1000 - len(pairs))]
    listed = {
        name: set(visible_tickets(Actor.person(getattr(cast, name))).values_list("pk", flat=True)) for name in PEOPLE
    }
    browsers = {name: signed_in(getattr(cast, name)) for name in PEOPLE}
    for browser in browsers.values():
        browser.get(reverse("portal:home"))
    answers: dict[tuple[str, int], int] = {}
    apart = []
    for name, ticket in pairs:
        known = answers.get((name, ticket.pk))
        status = (
            known
            or browsers[name].get(reverse("support:ticket_news", args=[ticket.pk]) + "?since=999999999").status_code
        )
        answers[name, ticket.pk] = status
        right = may_read(cast, getattr(cast, name), ticket)
        if not (right == (ticket.pk in listed[name]) == (status != 404)):
            apart.append((name, ticket.pk, right, ticket.pk in listed[name], status))
    assert len(pairs) >= 1000 and apart == []
    assert 50 < sum(status != 404 for status in answers.values()) < len(answers) - 50


def test_sec_06_the_list_that_is_shown_holds_what_may_be_read_and_nothing_else(cast, signed_in):
    tickets = many_tickets(cast, random.Random(7))
    for name in ("bea", "ben", "carl", "amir", "gwen", "hugo"):
        person, browser = getattr(cast, name), signed_in(getattr(cast, name))
        wanted = {ticket.pk for ticket in tickets if may_read(cast, person, ticket)}
        assert shown_to(person, browser) == wanted, name
        if person.is_staff:
            counted = browser.get(reverse("console:queue") + "?view=all").context["queues"]
            assert sum(n for *_, n in counted) == len(wanted), name


def shown_to(person: User, browser: Client) -> set[int]:
    """Return the numbers on all pages of the lists that this person has."""
    shown: set[int] = set()
    if person.is_staff:
        url = reverse("console:queue") + "?view=all"
        while url:
            page = browser.get(url)
            shown |= {row.number for row in page.context["rows"]}
            url = page.context["after_url"]
        return shown
    url = reverse("support:ticket_list")
    start = url + ("?of=organisation" if browser.get(url).context["sees_organization"] else "")
    url = start
    while url:
        page = browser.get(url)
        shown |= {line.ticket.pk for line in page.context["page"].lines}
        older = page.context["older_url"]
        url = reverse("support:ticket_list") + older if older else ""
    if start.endswith("organisation"):  # what one follows elsewhere, and filed before joining
        shown |= {line.ticket.pk for line in browser.get(reverse("support:ticket_list")).context["page"].lines}
    return shown


def asked(browser: Client, url: str) -> str:
    answer = browser.get(url)
    return answer.content.decode() if answer.status_code in {200, 400} else ""


@pytest.mark.parametrize("name", ["bea", "amir", "carl", "hugo"])
def test_sec_06_no_search_finds_a_foreign_ticket_its_tags_or_its_people(rig, signed_in, name):
    browser, number = signed_in(getattr(rig.cast, name)), rig.ticket.pk
    words = [CANARY_TICKET, "heron", str(number), f"#{number}", f"{number} ", "%", "_", "'", "\\", "*"]
    portal, queue = reverse("support:ticket_list"), reverse("console:queue")
    urls = [f"{portal}?{filters}q={word.replace('#', '%23').replace('%', '%25') if word != '%' else '%25'}"
            for word in words for filters in ("", "of=organisation&", "state=open&", f"before={number + 1}&", "after=0&")]  # fmt: skip
    urls += [reverse("portal:home"), reverse("support:ticket_new")]
    if name == "hugo":
        urls += [
            f"{queue}?view={view}&q={word.replace('#', '%23').replace('%', '%25')}"
            for view in ("next", "all", "active")
            for word in words
        ]
        urls += [f"{queue}?view=all&{term}" for term in (
            "queue=enterprise", "assignee=gwen@desk.example", "requester=alice@acme.example", "tier=enterprise", "tag=vip",
            "priority=normal", "status=new,open,pending", "age=<1d", f"after={number}", "response=met-7d")]  # fmt: skip
        urls += [
            f"{reverse('console:palette')}?q={word.replace('#', '%23')}"
            for word in (str(number), f"#{number}", CANARY_TICKET)
        ]
        urls += [reverse("admin:index"), f"{reverse('console:people')}?assignee=alice", reverse("console:outbox"),
                 reverse("console:settings"), reverse("console:ticket_new") + "?email=alice@acme.example"]  # fmt: skip
    for url in urls:
        page = asked(browser, url)
        for canary in (CANARY_TICKET, CANARY_NOTE, f"/tickets/{number}/"):
            found = page.replace(f"q={CANARY_TICKET}", "").replace(f'value="{CANARY_TICKET}"', "")
            assert canary not in found.replace(f"“{CANARY_TICKET}”", ""), url
    if name == "hugo":
        assert json.loads(asked(browser, f"{reverse('console:palette')}?q={number}"))["items"] == []


def test_sec_06_the_same_searches_find_it_for_its_own_people(rig, signed_in):
    """Else the test above would pass with a search that finds nothing."""
    number = rig.ticket.pk
    own = reverse("support:ticket", args=[number])
    assert own in asked(signed_in(rig.cast.alice), f"{reverse('support:ticket_list')}?q=heron")
    assert own in asked(signed_in(rig.cast.alice), f"{reverse('support:ticket_list')}?q=%23{number}")
    desk = signed_in(rig.cast.gwen)
    assert CANARY_TICKET in asked(desk, f"{reverse('console:queue')}?view=all&q=heron")
    assert json.loads(asked(desk, f"{reverse('console:palette')}?q={number}"))["items"]


def test_sec_06_counts_of_one_agent_leave_out_the_queues_of_others(rig, signed_in):
    make_ticket(rig.cast.bea)  # in Hugo's queue
    counted = signed_in(rig.cast.hugo).get(reverse("console:queue")).context["queues"]
    assert {slug: count for _pk, _name, slug, count in counted} == {"priority": 1, "general": 0}
    dashboard = asked(signed_in(rig.cast.hugo), reverse("admin:index"))
    assert CANARY_TICKET not in dashboard and "Acme" not in dashboard


def test_sec_06_who_is_no_colleague_cannot_be_picked_or_found(rig, signed_in):
    browser = signed_in(rig.cast.alice)
    url = reverse("support:colleagues", args=[rig.ticket.pk])
    known = browser.post(url, {"email": rig.cast.bea.email})
    unknown = browser.post(url, {"email": "nobody@globex.example"})
    assert known.status_code == unknown.status_code == 422
    said = [
        page.content.decode().replace(address, "")
        for page, address in ((known, rig.cast.bea.email), (unknown, "nobody@globex.example"))
    ]
    hide = [text.split("</head>")[1] for text in said]
    assert [text.count("Nobody with this address") for text in hide] == [1, 1]
    assert "Bea Ortiz" not in hide[0]
    people = asked(signed_in(rig.cast.hugo), f"{reverse('console:people')}?assignee=a")
    assert "Ada Okafor" in people and "Alice" not in people and "Amir" not in people


@pytest.mark.parametrize("model", ["accounts_user", "accounts_organization"])
@pytest.mark.parametrize("name", ["bea", "carl"])
def test_sec_06_customers_reach_no_list_or_completion_of_the_console(rig, signed_in, model, name):
    browser = signed_in(getattr(rig.cast, name))
    for url in (
        reverse(f"admin:{model}_changelist") + "?q=acme",
        f"{reverse('admin:autocomplete')}?term=a&app_label=support&model_name=queue&field_name=organization",
    ):
        assert browser.get(url).status_code == 404


def test_sec_06_messages_follow_their_ticket(cast):
    tickets = many_tickets(cast, random.Random(3))
    for name in PEOPLE:
        actor = Actor.person(getattr(cast, name))
        seen = set(visible_tickets(actor).values_list("pk", flat=True))
        for ticket in tickets[:20]:
            notes = visible_messages(actor, ticket).filter(is_public=False)
            assert ticket.pk in seen or not notes.exists()
    assert Message.objects.exists()
