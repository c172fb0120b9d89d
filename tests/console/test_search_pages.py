"""The console's pages about searching: gaps, synonyms, pins, what articles answered, and the agents' own search."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.readers import reader_of_actor
from events.models import Event
from knowledge.actions.offer_articles import note_answered, note_opened, offer_articles
from knowledge.models import Audience, Deflection
from search.actions.keep_pin import keep_pin
from search.actions.keep_synonym import keep_synonym
from search.actions.mark_gap import mark_gap
from search.engine import Key
from search.errors import Invalid, NotAllowed
from search.gaps import gaps_in
from search.indexing import write
from search.models import GapMark, Pin, SearchLog, Synonym
from search.queries import find
from tests.factories.knowledge import make_article
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _database_engine(settings):
    settings.SEARCH_ENGINE = "database"


@pytest.fixture
def lena(cast, signed_in):
    return signed_in(cast.lena)


def searched(*texts, found=0, clicked="", is_staff=False, days_ago=0.0):
    from search.asking import normalized

    for text in texts:
        log = SearchLog.objects.create(
            text=text, normalized=normalized(text), found=found, clicked_key=clicked, is_staff=is_staff, reader="r"
        )
        SearchLog.objects.filter(pk=log.pk).update(created_at=timezone.now() - timedelta(days=days_ago))


def by(user) -> Actor:
    return Actor.person(user)


# --- Gaps -------------------------------------------------------------------------------------------------------------


def test_searches_that_mean_the_same_are_one_gap(cast):
    keep_synonym(["bill", "invoice"], by=by(cast.lena))
    searched("change my invoice", "Changing invoices", "invoice change!", "change bill", "delete account")
    gaps = gaps_in(SearchLog.objects.all())
    assert [(gap.searches, len(gap.wordings)) for gap in gaps] == [(4, 4), (1, 1)]


def test_what_is_opened_often_enough_is_no_gap():
    searched("api key", "api key", found=3)
    searched("api key", found=3, clicked="article:1")
    searched("sso", "sso", found=2)
    searched("sso", found=0)
    searched("billing", "billing", "billing", found=3)
    searched("billing", "billing", found=3, clicked="article:1")
    searched("once", found=3)
    assert {gap.text for gap in gaps_in(SearchLog.objects.all())} == {"sso"}


def test_a_gap_that_was_answered_is_one_again_when_it_leads_nowhere_again(cast):
    searched("sso login", days_ago=2)
    mark_gap(["sso login"], "answered", by=by(cast.lena), at=timezone.now() - timedelta(days=1))
    assert gaps_in(SearchLog.objects.all()) == []
    searched("sso login")
    [gap] = gaps_in(SearchLog.objects.all())
    assert gap.searches == 1
    mark_gap(["sso login"], "dismissed", by=by(cast.lena))
    searched("sso login")
    assert gaps_in(SearchLog.objects.all()) == []


def test_the_page_shows_gaps_with_what_can_be_done(cast, lena, django_assert_max_num_queries):
    searched("Sing On", "sing on", "<b>zebra</b>")
    searched("export", "export", found=4)
    searched("by a colleague", is_staff=True)
    searched("long ago", days_ago=80)
    with django_assert_max_num_queries(12):
        page = lena.get("/admin/search/gaps/").content.decode()
    assert "Sing On" in page or "sing on" in page
    assert "&lt;b&gt;zebra&lt;/b&gt;" in page and "export" not in page
    assert "by a colleague" not in page and "long ago" not in page
    assert "/admin/knowledge/new/?title=" in page
    assert "export" in lena.get("/admin/search/gaps/?state=unopened").content.decode()
    assert "by a colleague" in lena.get("/admin/search/gaps/?by=staff").content.decode()
    assert "long ago" in lena.get("/admin/search/gaps/?days=90").content.decode()
    assert lena.get("/admin/search/gaps/?days=x&state=y&page=zz").status_code == 200


def test_a_gap_is_dismissed_and_brought_back(cast, lena):
    searched("zebra stripes", "stripe zebras")
    lena.post("/admin/search/gaps/marks/", {"q": "zebra stripes", "how": "dismissed"})
    assert GapMark.objects.count() == 2
    assert "zebra" not in lena.get("/admin/search/gaps/").content.decode().split("Searches that mean")[1]
    assert "zebra stripes" in lena.get("/admin/search/gaps/?state=marked").content.decode()
    for words in ("zebra stripes", "stripe zebras"):
        lena.post("/admin/search/gaps/marks/", {"q": words, "how": "none"})
    assert not GapMark.objects.exists()


def test_it_is_this_one_puts_an_article_first_for_every_wording(cast, lena):
    article = make_article("Single sign-on with SAML", "Ask your identity provider.")
    searched("sing on", "sing on!", "On, sing")
    page = lena.get("/admin/search/gaps/answer/", {"q": "sing on", "find": "saml"})
    assert f"article:{article.pk}" in page.content.decode()
    answer = lena.post("/admin/search/gaps/answer/?q=sing+on", {"how": "pin", "object": f"article:{article.pk}"})
    assert answer.status_code == 302
    assert {pin.query for pin in Pin.objects.all()} >= {"sing on"}
    assert find(Actor.anonymous(), "sing on").hits[0].row == article
    assert gaps_in(SearchLog.objects.all()) == []


def test_it_is_this_one_gives_the_article_other_words(cast, lena):
    article = make_article("Single sign-on with SAML")
    searched("okta")
    assert find(Actor.anonymous(), "okta").total == 0
    lena.post("/admin/search/gaps/answer/?q=okta", {"how": "synonym", "words": "okta, saml"})
    assert Synonym.objects.get().words == ["okta", "saml"]
    assert [each.row for each in find(Actor.anonymous(), "okta").hits] == [article]


@pytest.mark.parametrize(
    "data", [{"how": "pin"}, {"how": "pin", "object": "article:999999"}, {"how": "pin", "object": "ticket:1"},
             {"how": "synonym", "words": "alone"}, {"how": "synonym", "words": ", ,"}]
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_kept(lena, data):
    searched("okta")
    response = lena.post("/admin/search/gaps/answer/?q=okta", data)
    assert response.status_code == 422 and b'class="notice error"' in response.content
    assert not Pin.objects.exists() and not Synonym.objects.exists() and not GapMark.objects.exists()


def test_a_search_that_nobody_made_is_missing(lena):
    for q in ("", "nobody", "x" * 5000, "\x00"):
        assert lena.get("/admin/search/gaps/answer/", {"q": q}).status_code == 404


# --- Synonyms and pins ------------------------------------------------------------------------------------------------


def test_synonyms_are_kept_changed_and_removed(cast, lena):
    lena.post("/admin/search/synonyms/", {"words": "log in,  Sign in , login", "language": "en"})
    row = Synonym.objects.get()
    assert (row.words, row.language) == (["log in", "Sign in", "login"], "en")
    lena.post("/admin/search/synonyms/", {"words": "login, sign in, log in", "language": "en"})
    assert Synonym.objects.count() == 1  # the same words are kept once
    lena.post(f"/admin/search/synonyms/{row.pk}/", {"words": "login, log in", "language": "xx"})
    row.refresh_from_db()
    assert (row.words, row.language) == (["login", "log in"], "")
    refused = lena.post(f"/admin/search/synonyms/{row.pk}/", {"words": "only one"})
    assert refused.status_code == 422 and b"only one" in refused.content and b"at least two" in refused.content
    lena.post(f"/admin/search/synonyms/{row.pk}/removal/")
    assert not Synonym.objects.exists()
    assert list(Event.objects.filter(subject_type="synonym").values_list("name", flat=True))[-1] == (
        "search.synonym_removed"
    )


def test_pins_are_kept_ordered_and_removed(cast, lena):
    one, other = make_article("Refunds"), make_article("Refund policy for plans")
    for article in (one, other):
        lena.post("/admin/search/pins/new/", {"query": "Money  back", "object": f"article:{article.pk}", "order": "2"})
    assert [each.row for each in find(Actor.anonymous(), "money back").hits] == [one, other]
    pin = Pin.objects.get(object_id=other.pk)
    lena.post(f"/admin/search/pins/{pin.pk}/order/", {"order": "1"})
    assert [each.row for each in find(Actor.anonymous(), "money back").hits] == [other, one]
    page = lena.get("/admin/search/pins/").content.decode()
    assert "money back" in page and "Refund policy for plans" in page
    lena.post(f"/admin/search/pins/{pin.pk}/removal/")
    assert Pin.objects.count() == 1


def test_a_pin_to_something_unpublished_says_so(cast, lena):
    article = make_article("Refunds")
    keep_pin("money", Key("article", article.pk), by=by(cast.lena))
    type(article).objects.update(status="archived")
    assert "not published at the moment" in lena.get("/admin/search/pins/").content.decode()


def test_agents_keep_nothing(cast):
    for act in (
        lambda: keep_synonym(["a", "b"], by=by(cast.gwen)),
        lambda: keep_pin("a", Key("article", 1), by=by(cast.gwen)),
        lambda: mark_gap(["a"], "dismissed", by=by(cast.alice)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_place_is_within_reason(cast):
    article = make_article("Refunds")
    with pytest.raises(Invalid) as refused:
        keep_pin("a b", Key("article", article.pk), by=by(cast.lena), order=10**6)
    assert refused.value.field == "order"


# --- What articles answered -------------------------------------------------------------------------------------------


def offered(user, article, *, opened=False, answered=False, at=None):
    key, reader, actor = uuid.uuid4(), reader_of_actor(by(user)), by(user)
    offer_articles(key, [article.pk], text="Words of a form", reader=reader, by=actor)
    if opened:
        note_opened(key, article, text="Words of a form", reader=reader, by=actor)
    if answered:
        note_answered(key, article, text="Words of a form", reader=reader, by=actor)
    if at:
        Deflection.objects.filter(key=key).update(created_at=at)
    return key


def test_the_rate_is_answered_of_offered_week_by_week(cast, lena, django_assert_max_num_queries):
    article = make_article("Refunds")
    offered(cast.alice, article)
    offered(cast.amir, article, opened=True)
    offered(cast.anna, article, opened=True, answered=True)
    offered(cast.bea, article, answered=True, at=timezone.now() - timedelta(weeks=3))
    with django_assert_max_num_queries(12):
        page = lena.get("/admin/search/deflection/").content.decode()
    assert "2 of 4 questions were answered" in page and "50.0 %" in page
    assert "33.3 %" in page and "100.0 %" in page and "Refunds" in page
    behind = lena.get("/admin/search/deflection/forms/?weeks=12&outcome=opened&first=2020-01-06").content.decode()
    assert "Words of a form" not in behind
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    behind = lena.get(f"/admin/search/deflection/forms/?weeks=1&outcome=opened&first={monday}").content.decode()
    assert behind.count("Words of a form") == 2


def test_a_form_with_a_ticket_counts_as_filed_even_when_something_answered_it(cast, lena, run_reactions):
    article = make_article("Refunds")
    key = offered(cast.alice, article, opened=True)
    offered(cast.amir, article, answered=True)
    offered(cast.ben, article, answered=True, at=timezone.now() - timedelta(hours=25))
    make_ticket(cast.alice, subject="Money", offer=key)
    make_ticket(cast.amir, subject="All the same")  # another form, the same person, the same day
    make_ticket(cast.ben, subject="Something else, a day later")
    run_reactions()
    run_reactions()
    assert "1 of 3 questions were answered" in lena.get("/admin/search/deflection/").content.decode()
    assert Deflection.objects.get(pk=key).ticket.subject == "Money"


def test_the_lists_say_no_more_than_queues_allow(cast, lena, signed_in):
    assert signed_in(cast.gwen).get("/admin/search/deflection/").status_code == 403
    assert signed_in(cast.gwen).get("/admin/search/gaps/").status_code == 403
    for address in ("?first=x", "?first=9999-12-31", "?weeks=99&outcome=nothing", "?page=99999", "?page=-1"):
        assert lena.get(f"/admin/search/deflection/forms/{address}").status_code == 200


def test_a_week_begins_on_monday_in_the_readers_zone(cast):
    from zoneinfo import ZoneInfo

    from knowledge.deflection import weeks_of

    article = make_article("Refunds")
    offered(cast.alice, article, at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))  # Monday already in Paris
    rows = Deflection.objects.all()
    paris = weeks_of(rows, last=datetime(2026, 3, 4).date(), count=2, zone=ZoneInfo("Europe/Paris"))
    assert [(str(week.first), week.offered) for week in paris] == [("2026-02-23", 0), ("2026-03-02", 1)]


# --- The agents' search -----------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(cast):
    made = make_ticket(cast.alice, subject="Harvester stops at night", body="The kestrel service says error 4711.")
    write([Key("ticket", made.pk)])
    return made


def test_agents_find_tickets_of_their_queues_beside_articles(cast, signed_in, ticket, django_assert_max_num_queries):
    make_article("Harvester settings", audience=Audience.STAFF)
    gwen = signed_in(cast.gwen)
    gwen.get("/admin/search/?q=harvester")
    with django_assert_max_num_queries(32):
        page = gwen.get("/admin/search/?q=harvester").content.decode()
    assert f"#{ticket.pk} · Alice Moreau · Acme" in page and "<mark>Harvester</mark> settings" in page
    only = gwen.get("/admin/search/?q=kestrel&kind=ticket").content.decode()
    assert "<mark>kestrel</mark>" in only
    assert "Harvester stops" not in signed_in(cast.hugo).get("/admin/search/?q=harvester").content.decode().replace(
        "<mark>", ""
    ).replace("</mark>", "")
    assert not SearchLog.objects.exists()  # what agents look up of customers is nobody's statistics


def test_the_palette_finds_by_words_and_leads_to_the_search(cast, signed_in, ticket):
    items = signed_in(cast.gwen).get("/admin/palette/?q=harv").json()["items"]
    assert items[0]["label"] == f"#{ticket.pk} Harvester stops at night"
    assert items[-1]["url"] == "/admin/search/?q=harv"
    hidden = signed_in(cast.hugo).get("/admin/palette/?q=harv").json()["items"]
    assert [item["url"] for item in hidden] == ["/admin/search/?q=harv"]
    assert signed_in(cast.gwen).get(f"/admin/palette/?q=%23{ticket.pk}").json()["items"][0]["hint"] == "New"


@pytest.mark.parametrize("q", ["", "\x00", '"', "x" * 10_000, "🔑", "kind:ticket"])
def test_any_words_are_a_search(cast, signed_in, q):
    gwen = signed_in(cast.gwen)
    assert gwen.get("/admin/search/", {"q": q, "page": "zz", "kind": "zz"}).status_code == 200
    assert gwen.get("/admin/palette/", {"q": q}).status_code == 200
