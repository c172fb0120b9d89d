"""What people find: by the rule of the pages, at once after a change, and without a trace of anything else."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Tier
from knowledge.actions.archive import archive
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.publish import publish
from knowledge.actions.save_version import save_version
from knowledge.actions.set_audience import set_audience
from knowledge.models import Audience
from search.engine import Unavailable
from search.models import Pin
from search.queries import find, suggest
from support.actions.mark_spam import mark_spam
from support.actions.move import move
from support.models import Queue
from tests.factories.support import make_ticket

SYSTEM = Actor.system()
pytestmark = pytest.mark.usefixtures("engine")


def article(title, body="", *, audience=Audience.EVERYONE, tiers=(), kind="article", **fields):
    made = create_article(by=SYSTEM, kind=kind, title=title, body=body, audience=audience, tiers=tuple(tiers), **fields)
    return publish(made, by=SYSTEM)


def titles(found):
    return ["".join(text for text, _is_match in each.hit.title) for each in found.hits]


@pytest.fixture
def index(run_reactions, settings):
    """Do what a worker does."""

    def run():
        from search import tasks

        run_reactions()
        tasks.write_index()

    return run


def test_a_hit_lands_at_the_right_heading(cast, index):
    made = article("Keys", "Intro.\n\n## Rotating\n\nOnce a month.\n\n## Deleting\n\nNever.")
    index()
    hit = find(Actor.anonymous(), "monthly rotation of keys").hits[0]
    assert hit.row == made
    assert hit.hit.part == "rotating"
    assert hit.hit.url == f"{made.get_absolute_url()}#rotating"


def test_each_reader_finds_what_they_may_read(cast, index):
    section = keep_section(None, by=SYSTEM, kind="article", title="Secret place")
    enterprise = Tier.objects.get(key="enterprise")
    words = {
        "public": article("Frobnicate publicly"),
        "signed": article("Frobnicate signed", audience=Audience.SIGNED_IN),
        "tier": article("Frobnicate enterprise", audience=Audience.TIERS, tiers=[enterprise], section=section),
        "staff": article("Frobnicate staffcanary", audience=Audience.STAFF),
        "draft": create_article(by=SYSTEM, kind="article", title="Frobnicate draftcanary"),
    }
    index()
    seen = {
        "nobody": (Actor.anonymous(), {"public"}),
        "carl": (Actor.person(cast.carl), {"public", "signed"}),
        "alice": (Actor.person(cast.alice), {"public", "signed", "tier"}),
        "bea": (Actor.person(cast.bea), {"public", "signed"}),
        "gwen": (Actor.person(cast.gwen), {"public", "signed", "tier", "staff"}),
    }
    for name, (actor, expected) in seen.items():
        found = find(actor, "frobnicate")
        assert {each.row for each in found.hits} == {words[key] for key in expected}, name
        assert found.total == len(expected), name
        assert sum(found.counts["kind"].values()) == len(expected), name
        assert found.counts["section"] == ({"secret-place": 1} if "tier" in expected else {}), name
        assert suggest(actor, "frobn").total == len(expected), name
    for text in ("staffcanary", "staffcanray", "draftcanary", "draftcanray", "enterprise", "staffcan"):
        for actor in (Actor.anonymous(), Actor.person(cast.carl), Actor.person(cast.bea)):
            for found in (find(actor, text), suggest(actor, text)):
                assert (found.total, found.hits, found.did_you_mean) == (0, [], ""), text
                assert not any(found.counts.values()), text


def test_tickets_are_found_by_the_agents_of_their_queue_alone(cast, index):
    ticket = make_ticket(cast.alice, subject="Frobnicator breaks", body="It says zorblax.")
    index()
    queue = Actor.person(cast.gwen)
    other = Actor.person(cast.hugo)
    assert [each.row for each in find(queue, "zorblax").hits] == [ticket]
    assert [each.row for each in find(Actor.person(cast.lena), "frobnicator").hits] == [ticket]
    for actor in (other, Actor.person(cast.alice), Actor.person(cast.anna), Actor.anonymous()):
        assert find(actor, "zorblax").total == find(actor, "zorblxa").total == 0
        assert find(actor, "zorblxa").did_you_mean == ""
    move(ticket, queue=Queue.objects.get(slug="priority"), by=Actor.person(cast.lena))
    index()
    assert find(queue, "zorblax").total == 0
    assert find(other, "zorblax").total == 1
    mark_spam(ticket, by=Actor.person(cast.lena))
    index()
    assert find(other, "zorblax").total == 0


def test_an_article_taken_back_is_not_found_even_before_the_index_knows(cast, index):
    made = article("Frobnicate once")
    index()
    assert find(Actor.anonymous(), "frobnicate").total == 1
    archive(made, by=SYSTEM)
    found = find(Actor.anonymous(), "frobnicate")
    assert (found.total, list(found.hits)) == (0, [])
    assert not any(found.counts.values())
    index()
    assert find(Actor.anonymous(), "frobnicate").total == 0


def test_a_narrower_audience_and_a_new_text_are_found_out(cast, index):
    made = article("Frobnicate", "alpha")
    index()
    made = set_audience(made, audience=Audience.STAFF, by=SYSTEM)
    index()
    assert find(Actor.anonymous(), "frobnicate").total == 0
    made = set_audience(made, audience=Audience.EVERYONE, by=SYSTEM)
    save_version(made, by=SYSTEM, expected_number=made.newest_number, title="Frobnicate", body="beta")
    made.refresh_from_db()
    publish(made, by=SYSTEM)
    index()
    assert find(Actor.anonymous(), "alpha").total == 0
    assert find(Actor.anonymous(), "beta").total == 1


def test_a_pin_stands_first_for_those_who_may_see_it(cast, index):
    article("Frobnicate the device")
    pinned = article("Something else", kind="faq")
    hidden = article("Hidden thing", audience=Audience.STAFF)
    for order, row in enumerate((hidden, pinned)):
        Pin.objects.create(query="frobnicate", kind=row.kind, object_id=row.pk, order=order)
    index()
    found = find(Actor.anonymous(), "  Frobnicate? ")
    assert titles(found) == ["Something else", "Frobnicate the device"]
    assert [each.is_pinned for each in found.hits] == [True, False]
    assert found.total == 2
    assert titles(find(Actor.anonymous(), "frobnicate", kinds=["article"])) == ["Frobnicate the device"]


def test_videos_are_found_by_what_is_said_in_them(cast, index):
    from knowledge.models import Video

    made = create_article(by=SYSTEM, kind="video", title="Getting started", body="A tour.")
    Video.objects.update_or_create(
        article=made,
        defaults={
            "chapters": [{"at_seconds": 0, "title": "Hello"}, {"at_seconds": 65, "title": "Keys"}],
            "transcript": [
                {"start_seconds": 1.5, "end_seconds": 4, "text": "Welcome to the tour."},
                {"start_seconds": 66, "end_seconds": 70, "text": "Now we frobnicate a key."},
            ],
        },
    )
    publish(made, by=SYSTEM)
    index()
    hit = find(Actor.anonymous(), "frobnicate").hits[0].hit
    assert (hit.part, hit.heading, hit.url) == ("66", "Keys", f"{made.get_absolute_url()}?t=66")


def test_a_search_that_cannot_be_answered_says_so(cast, monkeypatch):
    class Away:
        def search(self, query):
            raise Unavailable("The index is away.")

    monkeypatch.setattr("search.queries.engine", Away)
    assert find(Actor.anonymous(), "keys").problem == "The index is away."
    with pytest.raises(CommandError, match="away"):
        call_command("search", "keys")


def test_the_command_answers_lines_as_an_anonymous_visitor(cast, index, monkeypatch):
    article("Frobnicate", "alpha", source="guides/frobnicate.md")
    article("Frobnicate in secret", "alpha", audience=Audience.SIGNED_IN)
    call_command("rebuild_index", stdout=io.StringIO())
    monkeypatch.setattr(
        "sys.stdin", io.StringIO('{"id": "q1", "text": "frobnicate"}\n\n{"id": 2, "text": "\\u0000"}\n')
    )
    out = io.StringIO()
    call_command("search", "--json", "--limit", "5", stdout=out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first["id"] == "q1"
    assert [(hit["kind"], hit["title"], hit["source"]) for hit in first["hits"]] == [
        ("article", "Frobnicate", "guides/frobnicate.md")
    ]
    assert first["hits"][0]["score"] > 0
    assert second == {"id": 2, "hits": []}


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', "5"])
def test_the_command_says_which_line_is_no_question(db, monkeypatch, line):
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    with pytest.raises(CommandError, match="Line 1"):
        call_command("search", "--json", stdout=io.StringIO())


def test_a_search_asks_few_questions(cast, index, django_assert_max_num_queries):
    for number in range(30):
        article(f"Frobnicate {number}", "with keys and locks")
    index()
    with django_assert_max_num_queries(16):
        assert len(find(Actor.anonymous(), "frobnicate lokcs").hits) == 10


@pytest.mark.django_db(transaction=True)
def test_with_the_database_a_change_is_found_as_soon_as_it_is_committed(cast, database_engine):
    made = article("Frobnicate")
    assert find(Actor.anonymous(), "frobnicate").total == 1
    with transaction.atomic():
        archive(made, by=SYSTEM)
    assert find(Actor.anonymous(), "frobnicate").total == 0
