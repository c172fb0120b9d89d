"""Who sees what: for every audience and viewer, all places that could tell of an article show or hide it alike (SEC-07)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Tier
from content.quotas import Uploader
from knowledge.actions.archive import archive
from knowledge.actions.attach_file import attach_file
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.publish import publish
from knowledge.models import Article, Audience
from search.indexing import rebuild

pytestmark = pytest.mark.django_db

DESK = Actor.system()
CANARY = "zanzibarine"
VIEWERS = ("anonymous", "carl", "bea", "alice", "gwen", "ada")
# Who reads what is published, by audience: Carl has no plan, Bea's is Team, Alice's is Enterprise, Gwen and Ada are staff.
READERS = {
    "everyone": set(VIEWERS),
    "signed_in": {"carl", "bea", "alice", "gwen", "ada"},
    "tiers": {"alice", "gwen", "ada"},
    "staff": {"gwen", "ada"},
}


@pytest.fixture
def shelf(cast, settings):
    """Return a function that makes an article for an audience, with a file, beside an ordinary one."""
    settings.SEARCH_ENGINE = "database"
    section = keep_section(None, by=DESK, kind="article", title="Keys")
    other = create_article(by=DESK, kind="article", title="Ordinary things", body="Nothing special.", section=section)
    publish(other, by=DESK)

    def make(audience: str, *, is_published: bool = True) -> Article:
        tiers = [Tier.objects.get(key="enterprise")] if audience == Audience.TIERS else []
        article = create_article(
            by=DESK,
            kind="article",
            title=f"Ordinary {CANARY} keys",
            body=f"## About {CANARY}\n\nWords.",
            section=section,
            audience=audience,
            tiers=tiers,
        )
        attach_file(
            article,
            SimpleUploadedFile("a.txt", b"some words"),
            uploader=Uploader(user=cast.ada, mark="", address=""),
            by=DESK,
        )
        if is_published:
            publish(article, by=DESK)
        rebuild()
        return Article.objects.get(pk=article.pk)

    return make


def browser(cast, viewer: str) -> Client:
    client = Client()
    if viewer != "anonymous":
        client.force_login(getattr(cast, viewer))
    return client


def told(client: Client, article: Article) -> dict[str, bool]:
    """Return each place where the article could show, and whether it does."""
    file = article.files.get()
    page = reverse("knowledge:page", args=[article.path])
    body = {
        "home": reverse("knowledge:home"),
        "section": reverse("knowledge:page", args=["keys"]),
        "neighbour": reverse("knowledge:page", args=["keys/ordinary-things"]),
        "feed": reverse("knowledge:feed"),
        "section feed": reverse("knowledge:section_feed", args=["keys"]),
        "search": reverse("portal:search") + f"?q={CANARY}",
        "suggest": reverse("portal:suggest") + f"?q={CANARY[:7]}",
        "misspelt": reverse("portal:search") + f"?q={CANARY[:-1]}r",
    }
    status = {
        "page": page,
        "markdown": reverse("knowledge:page_markdown", args=[article.path]),
        "file": reverse("knowledge:file", args=[file.pk, file.name]),
        "feedback": reverse("knowledge:feedback", args=[article.pk]),
    }
    found = {name: f"{CANARY}" in _words(client.get(url), url) for name, url in body.items()}
    return found | {name: client.get(url).status_code == 200 for name, url in status.items()}


def _words(response, url: str) -> str:
    text = response.content.decode()
    if url.startswith(reverse("portal:search") + "?"):
        # What was typed stands in the page whoever looks; what was found stands in its hits.
        text = "".join(part.split("</li>")[0] for part in text.split('class="hit"')[1:])
    return text.replace("<mark>", "").replace("</mark>", "").lower()


@pytest.mark.parametrize("audience", READERS)
def test_every_place_shows_or_hides_it_alike(cast, shelf, audience):
    article = shelf(audience)
    for viewer in VIEWERS:
        places = told(browser(cast, viewer), article)
        wrong = {name for name, shows in places.items() if shows != (viewer in READERS[audience])}
        assert not wrong, viewer


def test_what_is_not_published_shows_nowhere_but_to_those_who_write(cast, shelf):
    article = shelf("everyone", is_published=False)
    for viewer in VIEWERS:
        places = told(browser(cast, viewer), article)
        shown = {"page", "markdown", "file"} if viewer in {"gwen", "ada"} else set()
        assert {name for name, shows in places.items() if shows} == shown, viewer


def test_what_is_archived_is_gone_at_once(cast, shelf, run_reactions):
    article = shelf("everyone")
    client = browser(cast, "anonymous")
    assert {name for name, shows in told(client, article).items() if not shows} == set()
    archive(article, by=DESK)
    assert not any(told(client, article).values())
    run_reactions()
    assert not any(told(client, article).values())


def test_the_sitemap_and_llms_txt_hold_what_everybody_may_read_and_no_more(cast, shelf):
    for audience in READERS:
        article = shelf(audience)
        for name in ("knowledge:sitemap", "knowledge:llms_txt"):
            for viewer in ("anonymous", "ada"):
                text = browser(cast, viewer).get(reverse(name)).content.decode()
                assert (article.path in text) == (audience == "everyone"), (name, viewer, audience)
        Article.objects.filter(pk=article.pk).update(is_listed=False)
