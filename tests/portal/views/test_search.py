"""The portal's search: what is found and by whom, what is written down of it, and what it never tells."""

import re
import time
import uuid
from urllib.parse import urlencode

import pytest

from accounts.actors import Actor
from accounts.models import Tier
from knowledge.actions.keep_section import keep_section
from knowledge.models import Audience, Kind
from search import queries
from search.actions.keep_pin import keep_pin
from search.engine import Key, Unavailable
from search.engines import engine
from search.models import SearchLog
from tests.factories.knowledge import make_article

pytestmark = pytest.mark.django_db
HIDDEN = "canaryheron"


@pytest.fixture(autouse=True)
def _database_engine(settings):
    settings.SEARCH_ENGINE = "database"


@pytest.fixture
def rotate():
    return make_article("Rotate API keys without downtime", "Create the second key, deploy it, then retire the first.")


@pytest.fixture
def question():
    return make_article("Can two keys be active at once?", "Yes, up to five.", kind=Kind.FAQ)


def search(client, q, **about):
    return client.get("/search/", {"q": q, **about})


def text_of(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


def test_results_show_their_words_marked_their_kind_and_section(client):
    section = keep_section(None, by=Actor.system(), kind=Kind.ARTICLE, title="Security")
    make_article("Rotate API keys", "Deploy the second <b>key</b> & retire it.", section=section)
    page = search(client, "api key").content.decode()
    assert "<mark>API</mark> <mark>keys</mark>" in page
    assert "Documentation › Security" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "1 result" in page


def test_filters_say_how_much_they_would_find(client, rotate, question):
    page = search(client, "keys")
    assert "Everything <small>2</small>" in page.content.decode()
    only = search(client, "keys", kind="faq")
    assert "Can two" in text_of(only) and "Rotate" not in text_of(only)
    assert "Documentation <small>1</small>" in only.content.decode()  # what the other filter has is still told


def test_a_filter_that_finds_nothing_offers_everything(client, rotate):
    page = search(client, "rotate", kind="video")
    assert "Nothing with these filters" in page.content.decode()
    assert 'href="/search/?q=rotate"' in page.content.decode()


def test_what_is_misspelt_is_found_and_said(client, rotate):
    page = text_of(search(client, "rotaet"))
    assert "Rotate API keys" in page
    assert "Showing results for" in page or "Did you mean" in page


def test_nothing_found_is_said_and_the_words_go_into_a_ticket(client, rotate):
    page = search(client, "billing zebra").content.decode()
    assert "Nothing found for “billing zebra”" in page
    assert "/tickets/new/?subject=billing+zebra" in page


def test_a_plan_without_web_tickets_is_offered_none(cast, signed_in, rotate):
    Tier.objects.filter(pk=cast.acme.tier_id).update(channels=["mail"])
    assert "File a ticket" not in search(signed_in(cast.alice), "rotate").content.decode()


def test_pages_follow_each_other_and_none_is_too_many(client):
    for number in range(12):
        make_article(f"Rotate key number {number}")
    first, second = search(client, "rotate"), search(client, "rotate", page=2)
    assert first.content.count(b"data-hit") == 10 and second.content.count(b"data-hit") == 2
    assert b"page=2" in first.content
    assert "There are no more results" in search(client, "rotate", page=40).content.decode()


def test_an_empty_search_says_what_can_be_found(client):
    page = client.get("/search/").content.decode()
    assert "What are you looking for?" in page
    assert not SearchLog.objects.exists()


def test_an_index_that_is_away_is_said_and_a_ticket_can_be_filed(client, rotate, monkeypatch):
    def away(self, query):
        raise Unavailable("The search is being rebuilt.")

    monkeypatch.setattr(type(engine()), "search", away)
    response = search(client, "rotate")
    assert response.status_code == 503 and response["Retry-After"] == "30"
    assert b"The search is being rebuilt." in response.content and b"/tickets/new/?subject=rotate" in response.content
    assert client.get("/search/suggest/?q=rotate").content.strip() == b""
    assert client.post("/search/answers/", {"subject": "rotate"}).content.strip() == b""
    assert client.get("/tickets/new/?subject=rotate").status_code == 200
    assert not SearchLog.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '"""',
        "key:value",
        ":",
        "(((",
        "a AND OR NOT",
        "🔑 🔑",
        "\x00key",
        "%",
        "*",
        "?*",
        "[a-",
        "\\",
        "'; --",
        "\u202e",
    ],
)
def test_any_text_is_a_search(client, rotate, text):
    assert search(client, text).status_code == 200
    assert client.get("/search/suggest/", {"q": text}).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "key " * 2_500, '"' * 10_000, "a-" * 5_000, "key* " * 2_000, "a" * 99_999 + "!", "'a" * 50_000],
)
def test_sec_26_a_text_without_end_is_answered_in_no_time(client, rotate, text):
    client.get("/search/")
    started = time.process_time()
    assert search(client, text).status_code == 200
    assert client.get("/search/suggest/", {"q": text}).status_code == 200
    assert client.post("/search/answers/", {"subject": text}).status_code == 200
    assert time.process_time() - started < 1


def test_what_stands_in_the_address_is_passed_over_when_it_means_nothing(client, rotate):
    for about in ({"page": "-1"}, {"page": "9" * 30}, {"kind": "ticket"}, {"language": "\x00"}, {"section": "no/such"}):
        assert search(client, "rotate", **about).status_code == 200


def test_a_search_costs_few_questions(client, rotate, question, django_assert_max_num_queries):
    search(client, "keys")
    with django_assert_max_num_queries(20):
        search(client, "rotate keys")
    with django_assert_max_num_queries(16):
        client.get("/search/suggest/?q=rotate+k")


# --- Suggestions ------------------------------------------------------------------------------------------------------


def test_suggestions_complete_the_last_word_and_lead_to_everything(client, rotate):
    page = client.get("/search/suggest/", {"q": "rot"}).content.decode()
    assert 'role="option"' in page and rotate.get_absolute_url() in page
    assert "All results for “rot”" in page


def test_one_letter_suggests_nothing(client, rotate):
    assert client.get("/search/suggest/", {"q": "r"}).content.strip() == b""


def test_whoever_asks_without_pause_is_told_to_wait(client, rotate, monkeypatch):
    monkeypatch.setattr("portal.politeness.asks_too_often.__kwdefaults__", {"limit": 3})
    answers = [client.get("/search/suggest/", {"q": "rotate"}) for _each in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1]["Retry-After"] == "15"


# --- What is written down ---------------------------------------------------------------------------------------------


def test_a_search_is_written_down_once_with_a_hash_of_its_reader(client, rotate):
    search(client, "Rotate  keys")
    search(client, "rotate keys", kind="faq")
    search(client, "rotate keys", page=2)
    log = SearchLog.objects.get()
    assert (log.text, log.normalized, log.found, log.clicked_key) == ("Rotate keys", "rotate keys", 1, "")
    assert len(log.reader) == 64 and not log.is_staff


def test_staff_searches_are_kept_apart_and_hold_no_name(cast, signed_in, rotate):
    search(signed_in(cast.gwen), "rotate")
    search(signed_in(cast.alice), "rotate")
    assert list(SearchLog.objects.order_by("pk").values_list("is_staff", flat=True)) == [True, False]
    assert SearchLog.objects.values("reader").distinct().count() == 2


def test_what_was_opened_is_noted_on_the_readers_own_search(client, rotate, question):
    search(client, "keys")
    log = SearchLog.objects.get()
    click = {"log": log.pk, "key": f"faq:{question.pk}"}
    assert client.post("/search/click/", click).status_code == 204
    client.post("/search/click/", {**click, "key": f"article:{rotate.pk}"})  # the first one counts
    log.refresh_from_db()
    assert log.clicked_key == f"faq:{question.pk}"


def test_nobody_notes_a_click_on_a_foreign_search(client, cast, signed_in, rotate):
    search(client, "keys")
    log = SearchLog.objects.get()
    assert (
        signed_in(cast.alice).post("/search/click/", {"log": log.pk, "key": f"article:{rotate.pk}"}).status_code == 204
    )
    log.refresh_from_db()
    assert log.clicked_key == ""


def test_what_is_opened_of_suggestions_is_a_search_with_a_click(client, cast, signed_in, rotate):
    alice = signed_in(cast.alice)
    alice.post("/search/click/", {"q": "rotat", "key": f"article:{rotate.pk}"})
    log = SearchLog.objects.get()
    assert (log.normalized, log.found, log.clicked_key) == ("rotat", 1, f"article:{rotate.pk}")


@pytest.mark.parametrize("data", [{}, {"log": "x", "key": "article:1"}, {"log": "1" * 40, "key": "article:1"},
                                  {"log": "1", "key": "article:99999999999999999999"}, {"q": "x", "key": "ticket:1"}])  # fmt: skip
def test_a_click_on_nothing_says_nothing(client, rotate, data):
    search(client, "rotate")
    assert client.post("/search/click/", data).status_code == 204
    assert SearchLog.objects.get().clicked_key == ""


def test_suggestions_bring_the_token_with_which_the_browser_reports(rotate):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/search/suggest/?q=rotate")["X-CSRF-Token"]
    click = {"q": "rotate", "key": f"article:{rotate.pk}", "csrfmiddlewaretoken": token}
    assert browser.post("/search/click/", click).status_code == 204
    assert SearchLog.objects.get().clicked_key == f"article:{rotate.pk}"


def test_what_somebody_looked_for_is_theirs_to_have_and_goes_with_them(cast, signed_in, rotate, run_reactions):
    from accounts.actions.erase_person import erase_person
    from knowledge.models import Deflection
    from portal.own_data import own_data

    carl, alice = signed_in(cast.carl), signed_in(cast.alice)
    for browser in (carl, alice):
        search(browser, "rotate")
        browser.post("/search/answers/", {"subject": "rotate", "offer": str(uuid.uuid4())})
    assert [row["text"] for row in own_data(cast.carl)["searches"]] == ["rotate"]
    erase_person(cast.carl)
    run_reactions()
    assert SearchLog.objects.count() == 1 and own_data(cast.alice)["searches"]
    assert sorted(Deflection.objects.values_list("text", flat=True)) == ["", "rotate"]


def test_searches_are_forgotten_after_more_than_a_year(client, rotate):
    from datetime import timedelta

    from django.utils import timezone

    from knowledge.tasks import forget_old_searches

    search(client, "rotate")
    search(client, "keys")
    SearchLog.objects.filter(normalized="rotate").update(created_at=timezone.now() - timedelta(days=401))
    assert forget_old_searches() == 1
    assert SearchLog.objects.get().normalized == "keys"


# --- What it never tells (SEC-06) -------------------------------------------------------------------------------------


@pytest.fixture
def hidden(cast):
    tier = cast.globex.tier
    return {
        "draft": make_article(f"{HIDDEN} draft", HIDDEN, published=False),
        "staff": make_article(f"{HIDDEN} staff", HIDDEN, audience=Audience.STAFF),
        "signed_in": make_article(f"{HIDDEN} signed", HIDDEN, audience=Audience.SIGNED_IN),
        "tier": make_article(f"{HIDDEN} tier", HIDDEN, audience=Audience.TIERS, tiers=[tier]),
    }


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (None, set()),
        ("alice", {"signed_in"}),
        ("carl", {"signed_in"}),
        ("bea", {"signed_in", "tier"}),
        ("gwen", {"signed_in", "tier", "staff"}),
    ],
)
def test_sec_06_every_way_to_find_shows_and_hides_alike(cast, client, signed_in, hidden, rotate, who, sees):
    browser = signed_in(getattr(cast, who)) if who else client
    search(browser, "rotate")
    ways = {
        "page": search(browser, HIDDEN),
        "suggestions": browser.get("/search/suggest/", {"q": HIDDEN[:8]}),
        "answers": browser.post("/search/answers/", {"subject": HIDDEN}),
        "form": browser.get("/tickets/new/", {"subject": HIDDEN}),
    }
    for name, response in ways.items():
        shown = {key for key, article in hidden.items() if article.get_absolute_url() in response.content.decode()}
        assert shown == sees, name
    words = {1: "1 result"}.get(len(sees), f"{len(sees)} results")
    assert (words in text_of(ways["page"])) == bool(sees)
    for key, article in hidden.items():
        answer = f"article:{article.pk}"
        read = browser.post("/search/answers/opened/", {"answer": answer})
        assert read.status_code == (200 if key in sees else 404)
        SearchLog.objects.update(clicked_key="")
        log = SearchLog.objects.filter(normalized="rotate").get()
        assert browser.post("/search/click/", {"log": log.pk, "key": answer}).status_code == 204
        log.refresh_from_db()
        assert bool(log.clicked_key) == (key in sees)
        before = SearchLog.objects.count()
        browser.post("/search/click/", {"q": f"other words {key}", "key": answer})
        assert (SearchLog.objects.count() > before) == (key in sees)


def test_sec_06_a_word_of_hidden_articles_alone_is_no_spelling(client, hidden):
    page = search(client, HIDDEN[:-1]).content.decode()  # a letter short of it
    assert HIDDEN not in page


def test_sec_06_a_pin_to_a_hidden_article_is_not_shown(cast, client, hidden, rotate):
    keep_pin("rotate", Key("article", hidden["staff"].pk), by=Actor.person(cast.ada))
    page = search(client, "rotate")
    assert HIDDEN not in page.content.decode() and "1 result" in text_of(page)


def test_tickets_are_not_found_in_the_portal_even_by_agents(cast, signed_in, rotate):
    from search.indexing import write
    from tests.factories.support import make_ticket

    ticket = make_ticket(cast.alice, subject=f"{HIDDEN} of a ticket")
    write([Key("ticket", ticket.pk)])
    assert f"/{ticket.pk}/" not in search(signed_in(cast.ada), HIDDEN).content.decode()
    assert queries.find(Actor.person(cast.ada), HIDDEN).total == 1  # the console's search would


def test_what_somebody_types_comes_back_as_text(client):
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    make_article(attack, attack)
    for response in (
        search(client, attack),
        client.get(f"/search/suggest/?{urlencode({'q': attack})}"),
        client.post("/search/answers/", {"subject": attack}),
    ):
        assert b"<script>alert" not in response.content and b"<img src=x" not in response.content
