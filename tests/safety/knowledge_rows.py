"""The rows of the permission matrix for the pages on which knowledge is written."""

import uuid
from typing import Any

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.keep_template import keep_template
from knowledge.actions.save_snippet import save_snippet
from knowledge.models import Article, ArticleTemplate, Feedback, Section
from tests.safety.rig import Rig
from tests.safety.row import Row

STAFF = "login 404 404 404 404 200 200 200 200"
STAFF_ACT = "login 404 404 404 404 302 302 302 302"
WRITERS_FAIL = "login 404 404 404 404 422 422 422 422"
LEADS = "login 404 404 404 404 403 403 200 200"
LEADS_ACT = "login 404 404 404 404 403 403 302 302"
AGENT = "login 404 404 404 404 404 200 200 200"
SYSTEM = Actor.system()


def draft(rig: Rig) -> Article:
    found = Article.objects.filter(slug="canary-draft-heron").first()
    return found or create_article(by=SYSTEM, kind="video", title="canary draft heron", owner=rig.cast.gwen)


def article(rig: Rig) -> dict[str, Any]:
    return {"pk": draft(rig).pk}


def section(rig: Rig) -> dict[str, Any]:
    found = Section.objects.filter(slug="canary").first() or keep_section(None, by=SYSTEM, kind="faq", title="canary")
    return {"pk": found.pk}


def snippet(rig: Rig) -> dict[str, Any]:
    return {"key": save_snippet("canary", by=SYSTEM, body="canary").key}


def template(rig: Rig) -> dict[str, Any]:
    found = ArticleTemplate.objects.first() or keep_template(None, by=SYSTEM, name="canary", body="canary")
    return {"pk": found.pk}


def unhelpful(rig: Rig) -> dict[str, Any]:
    said = {"article": draft(rig), "version_number": 1, "reader": "heron", "defaults": {"was_helpful": False}}
    return {"pk": Feedback.objects.get_or_create(**said)[0].pk}


def of_ticket(rig: Rig, **more: Any) -> dict[str, Any]:
    return {"number": rig.ticket.pk, **more}


KNOWLEDGE = [
    Row("console:articles", STAFF),
    Row("console:article_feedback", STAFF),
    Row("console:feedback_handling", STAFF_ACT, "post", kwargs=unhelpful),
    Row("console:article_new", STAFF),
    Row("console:article_new", WRITERS_FAIL, "post"),
    Row("console:article_preview", STAFF, "post", data=lambda rig: {"text": "*x*"}),
    Row("console:article_draft", STAFF, "post", data=lambda rig: {"title": "x"}),
    Row("console:article_draft_removal", STAFF_ACT, "post"),
    Row("console:article_upload", "login 404 404 404 404 400 400 400 400", "post"),
    Row("console:article_insertion", STAFF),
    Row("console:article", STAFF, kwargs=article),
    Row("console:article", WRITERS_FAIL, "post", kwargs=article),
    Row("console:article_review", STAFF_ACT, "post", kwargs=article),
    Row("console:article_return", "login 404 404 404 404 403 302 302 302", "post", kwargs=article),
    Row("console:article_publication", LEADS_ACT, "post", kwargs=article),
    Row("console:article_schedule", LEADS_ACT, "post", kwargs=article, data=lambda rig: {"off": "1"}),
    Row("console:article_archiving", LEADS_ACT, "post", kwargs=article),
    Row("console:article_deletion", "login 404 404 404 404 403 302 302 302", "post", kwargs=article),
    Row("console:article_video", STAFF_ACT, "post", kwargs=article),
    Row("console:article_versions", STAFF, kwargs=article),
    Row("console:article_comparison", "login 404 404 404 404 404 404 404 404", kwargs=article),
    Row("console:article_restoring", STAFF_ACT, "post", kwargs=lambda rig: {**article(rig), "number": 1}),
    Row("console:article_imports", LEADS),
    Row("console:article_import", LEADS.replace("200", "404"), kwargs=lambda rig: {"key": uuid.uuid4()}),
    Row("console:sections", STAFF),
    Row("console:section_new", LEADS),
    Row("console:section", LEADS, kwargs=section),
    Row("console:section_order", LEADS_ACT, "post", kwargs=section),
    Row("console:section_archiving", LEADS_ACT, "post", kwargs=section),
    Row("console:texts", STAFF),
    Row("console:snippet_new", LEADS),
    Row("console:snippet", LEADS, kwargs=snippet),
    Row("console:snippet_deletion", LEADS_ACT, "post", kwargs=snippet),
    Row("console:template_new", LEADS),
    Row("console:template", LEADS, kwargs=template),
    Row("console:template_deletion", LEADS_ACT, "post", kwargs=template),
    Row("console:ticket_articles", AGENT, kwargs=of_ticket),
    Row("console:reply_article", "login 404 404 404 404 404 404 404 404", kwargs=lambda rig: of_ticket(rig, message=1)),
    Row(
        "console:answer_removal",
        "login 404 404 404 404 404 404 404 404",
        "post",
        kwargs=lambda rig: of_ticket(rig, pk=1),
    ),
]
