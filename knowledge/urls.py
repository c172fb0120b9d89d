"""Addresses of what people look up. Whatever stood somewhere before is found by its redirect."""

from django.urls import path

from knowledge.views import documentation, faq, feedback, feeds, files, outlines, videos

app_name = "knowledge"
urlpatterns = [
    path("docs/", documentation.home, name="home"),
    path("docs/feed.xml", feeds.documentation_feed, name="feed"),
    path("docs/<path:path>/feed.xml", feeds.section_feed, name="section_feed"),
    path("docs/<path:path>.md", documentation.page_markdown, name="page_markdown"),
    path("docs/<path:path>/", documentation.page, name="page"),
    path("faq/", faq.faq, name="faq"),
    path("faq/q/<path:path>.md", faq.question_markdown, name="question_markdown"),
    path("faq/q/<path:path>/", faq.question, name="question"),
    path("faq/<path:path>/", faq.group, name="faq_group"),
    path("videos/", videos.videos, name="videos"),
    path("videos/in/<path:path>/", videos.videos_of, name="videos_of"),
    path("videos/<path:path>.md", videos.video_markdown, name="video_markdown"),
    path("videos/<path:path>.vtt", videos.captions, name="captions"),
    path("videos/<path:path>/", videos.video, name="video"),
    path("knowledge/files/<uuid:key>/", files.file, name="file_by_key"),
    path("knowledge/files/<uuid:key>/<str:name>", files.file, name="file"),
    path("knowledge/<int:pk>/feedback/", feedback.feedback, name="feedback"),
    path("sitemap.xml", outlines.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", outlines.sitemap_part, name="sitemap_part"),
    path("llms.txt", outlines.llms_txt, name="llms_txt"),
]
