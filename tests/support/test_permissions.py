import pytest

from accounts.actors import Actor
from support.permissions import can_add_colleague, can_reply, visible_messages, visible_tickets
from tests.factories.support import make_ticket


@pytest.fixture
def tickets(cast):
    return {
        "acme": make_ticket(cast.alice, note="canary-note", noted_by=cast.gwen),
        "globex": make_ticket(cast.bea),
        "carl": make_ticket(cast.carl),
        "unproven": make_ticket(cast.alice, by=Actor.anonymous()),
    }


EYES = {
    "alice": {"acme"},
    "amir": set(),
    "anna": {"acme"},
    "bea": {"globex"},
    "ben": {"globex"},
    "carl": {"carl"},
    "gwen": {"acme"},
    "hugo": {"globex", "carl", "unproven"},
    "lena": {"acme", "globex", "carl", "unproven"},
    "ada": {"acme", "globex", "carl", "unproven"},
}


@pytest.mark.parametrize("who", EYES)
def test_each_sees_what_they_may_and_nothing_else(cast, tickets, who):
    actor = Actor.person(getattr(cast, who))
    seen = {name for name, ticket in tickets.items() if ticket in visible_tickets(actor)}
    assert seen == EYES[who]
    assert {name for name, ticket in tickets.items() if can_reply(actor, ticket)} == EYES[who]


def test_a_stranger_sees_nothing(tickets):
    assert not visible_tickets(Actor.anonymous()).exists()


@pytest.mark.parametrize("who", ["alice", "anna", "amir"])
def test_notes_are_for_agents_only(cast, tickets, who):
    texts = visible_messages(Actor.person(getattr(cast, who)), tickets["acme"]).values_list("text", flat=True)
    assert "canary-note" not in texts
    assert "canary-note" in visible_messages(Actor.person(cast.gwen), tickets["acme"]).values_list("text", flat=True)


def test_only_the_requester_and_the_organisations_admin_add_colleagues(cast, tickets):
    allowed = {who for who in EYES if can_add_colleague(Actor.person(getattr(cast, who)), tickets["acme"])}
    assert allowed == {"alice", "anna", "gwen", "lena", "ada"}


def test_somebody_deactivated_sees_nothing(cast, tickets):
    cast.gwen.is_active = False
    assert not visible_tickets(Actor.person(cast.gwen)).filter(pk=tickets["acme"].pk).exists()
