"""SEC-01 and SEC-02 where knowledge is read, written and searched: attack strings, in a real browser.

Every third one (`TEST_ALL_PAYLOADS=1`: each) is the text of an article; 130 of them are titles, summaries, tags, names of sections and files,
what readers say of an article, and what they search for.
"""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from content.quotas import Uploader
from knowledge.actions.attach_file import attach_file
from knowledge.actions.create_article import create_article
from knowledge.actions.give_feedback import give_feedback
from knowledge.actions.keep_section import keep_section
from knowledge.actions.publish import publish
from knowledge.actions.set_details import set_details
from knowledge.models import Article, ArticleFile, Kind, Video
from search.indexing import rebuild
from tests.safety.test_sec_01_pages import LEFT, OWN, WATCH, texts_of_attacks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DESK = Actor.system()


def hostile_shelf(cast, texts: list[str]) -> list[Article]:
    short = [" ".join(text.split()) for text in texts if len(" ".join(text.split())) <= 200 and "<" in text]
    names = [*OWN, *short[:: max(1, len(short) // 117)]][:130]
    chunks = [
        sorted(texts[at : at + 200], key=lambda text: "```" in text or "~~~" in text)
        for at in range(0, len(texts), 200)
    ]
    sections = {
        kind: keep_section(None, by=DESK, kind=kind, title=f"Section {OWN[10]}"[:200], description=OWN[1][:300])
        for kind in Kind.values
    }
    made = []
    for index, name in enumerate(names):
        kind = Kind.values[index % 3]
        body = "\n\n".join(chunks[index]) if index < len(chunks) else "\n\n".join(chunks[index % len(chunks)])[:2000]
        article = create_article(
            by=DESK, kind=kind, title=" ".join(name.split())[:250], body=body[:290_000], summary=name[:300],
            section=sections[kind],
        )  # fmt: skip
        set_details(article, by=DESK, tags=[name.replace(",", " ")[:60]])
        if kind == Kind.VIDEO:
            Video.objects.update_or_create(
                article=article,
                defaults={
                    "url": "https://video.example/1",
                    "chapters": [{"at_seconds": 1, "title": name[:200]}],
                    "transcript": [{"start_seconds": 1, "end_seconds": 2, "text": name}],
                },
            )
        made.append(publish(article, by=DESK))
    from django.core.files.uploadedfile import SimpleUploadedFile

    for article, name in zip(made, names, strict=True):
        give_feedback(article, by=DESK, reader=str(article.pk), was_helpful=False, reason="wrong", comment=name)
    for article in made[:5]:
        file = attach_file(article, SimpleUploadedFile("a.txt", b"words"), uploader=Uploader(cast.ada, "", ""), by=DESK)
        ArticleFile.objects.filter(pk=file.pk).update(name=names[3].replace("/", "∕")[:150])
    rebuild()
    return made


def test_sec_01_nothing_of_what_was_written_runs_where_knowledge_is_read_written_and_searched(
    cast, chrome, live_server, settings
):
    settings.SEARCH_ENGINE = "database"
    made = hostile_shelf(cast, texts_of_attacks())
    faults: list[str] = []
    asked: list[str] = []

    def browser(user=None):
        context = chrome.new_context(base_url=live_server.url)
        if user:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        context.add_init_script(WATCH)
        context.route(
            lambda url: not url.startswith((live_server.url + "/", "data:", "blob:")),
            lambda route: (asked.append(route.request.url), route.abort()),
        )
        page = context.new_page()
        page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        return page

    def read(page, path):
        page.goto(path, wait_until="load")
        # Structured data is a script that no browser runs; what is in it cannot end it, else it would be found here.
        left = [
            what for what in page.evaluate(LEFT) if not what.startswith('script <script type="application/ld+json">')
        ]
        faults.extend(f"{path}: {what}" for what in left)

    reader, writer = browser(), browser(cast.ada)
    search = reverse("portal:search")
    for path in (
        reverse("knowledge:home"), reverse("knowledge:faq"), reverse("knowledge:videos"),
        *(article.get_absolute_url() for article in made[:14]),
        made[0].section.get_absolute_url(),
        *(f"{search}?q={quote(text)}" for text in (*OWN, "script", "alert")),
    ):  # fmt: skip
        read(reader, path)
    first = made[0]
    for path in (
        reverse("console:articles"), reverse("console:sections"), reverse("console:article_feedback"),
        reverse("console:article", args=[first.pk]), reverse("console:article_versions", args=[first.pk]),
        reverse("console:search_gaps"), reverse("console:search") + "?q=script",
        reverse("console:article_new") + "?title=" + quote(OWN[10]),
    ):  # fmt: skip
        read(writer, path)
    reader.context.close()
    writer.context.close()
    assert asked == []
    assert faults == [], "\n".join(faults)
