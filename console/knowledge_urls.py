"""Addresses of the pages for writing knowledge."""

from django.contrib import admin
from django.urls import path

from console.views.knowledge import articles, editor, imports, life, sections, texts, tickets, versions, videos

desk = admin.site.agent_view  # type: ignore[attr-defined]

urlpatterns = [
    path("knowledge/", desk(articles.articles), name="articles"),
    path("knowledge/feedback/", desk(articles.feedback), name="article_feedback"),
    path("knowledge/feedback/<int:pk>/handling/", desk(articles.feedback_handling), name="feedback_handling"),
    path("knowledge/new/", desk(editor.new_article), name="article_new"),
    path("knowledge/preview/", desk(editor.preview), name="article_preview"),
    path("knowledge/draft/", desk(editor.draft), name="article_draft"),
    path("knowledge/draft/removal/", desk(editor.draft_removal), name="article_draft_removal"),
    path("knowledge/files/", desk(editor.upload), name="article_upload"),
    path("knowledge/insertion/", desk(tickets.insertion), name="article_insertion"),
    path("knowledge/articles/<int:pk>/", desk(editor.article), name="article"),
    path("knowledge/articles/<int:pk>/review/", desk(life.review), name="article_review"),
    path("knowledge/articles/<int:pk>/return/", desk(life.returning), name="article_return"),
    path("knowledge/articles/<int:pk>/publication/", desk(life.publication), name="article_publication"),
    path("knowledge/articles/<int:pk>/schedule/", desk(life.scheduling), name="article_schedule"),
    path("knowledge/articles/<int:pk>/archiving/", desk(life.archiving), name="article_archiving"),
    path("knowledge/articles/<int:pk>/deletion/", desk(life.deletion), name="article_deletion"),
    path("knowledge/articles/<int:pk>/video/", desk(videos.video), name="article_video"),
    path("knowledge/articles/<int:pk>/versions/", desk(versions.versions), name="article_versions"),
    path("knowledge/articles/<int:pk>/comparison/", desk(versions.comparison), name="article_comparison"),
    path(
        "knowledge/articles/<int:pk>/versions/<int:number>/restoring/",
        desk(versions.restoring),
        name="article_restoring",
    ),
    path("knowledge/import/", desk(imports.imports), name="article_imports"),
    path("knowledge/import/<uuid:key>/", desk(imports.article_import), name="article_import"),
    path("knowledge/sections/", desk(sections.sections), name="sections"),
    path("knowledge/sections/new/", desk(sections.new_section), name="section_new"),
    path("knowledge/sections/<int:pk>/", desk(sections.section), name="section"),
    path("knowledge/sections/<int:pk>/order/", desk(sections.section_order), name="section_order"),
    path("knowledge/sections/<int:pk>/archiving/", desk(sections.section_archiving), name="section_archiving"),
    path("knowledge/texts/", desk(texts.texts), name="texts"),
    path("knowledge/snippets/new/", desk(texts.new_snippet), name="snippet_new"),
    path("knowledge/snippets/<slug:key>/", desk(texts.snippet), name="snippet"),
    path("knowledge/snippets/<slug:key>/deletion/", desk(texts.snippet_deletion), name="snippet_deletion"),
    path("knowledge/templates/new/", desk(texts.new_template), name="template_new"),
    path("knowledge/templates/<int:pk>/", desk(texts.template), name="template"),
    path("knowledge/templates/<int:pk>/deletion/", desk(texts.template_deletion), name="template_deletion"),
    path("tickets/<int:number>/messages/<int:message>/article/", desk(tickets.article_of_reply), name="reply_article"),
    path("tickets/<int:number>/articles/", desk(tickets.ticket_articles), name="ticket_articles"),
    path("tickets/<int:number>/answers/<int:pk>/removal/", desk(tickets.answer_removal), name="answer_removal"),
]
