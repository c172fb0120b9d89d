"""Addresses of tickets, as customers meet them. An act is a resource that is posted to."""

from django.urls import path

from support.views import drafts, files, preview, ticket, ticket_acts, ticket_list, ticket_new, unsubscribe

app_name = "support"
urlpatterns = [
    path("tickets/", ticket_list.ticket_list, name="ticket_list"),
    path("tickets/new/", ticket_new.ticket_new, name="ticket_new"),
    path("tickets/new/promise/", ticket_new.promise, name="promise"),
    path("tickets/sent/", ticket_new.ticket_sent, name="ticket_sent"),
    path("tickets/preview/", preview.preview, name="preview"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("drafts/", drafts.ticket_draft, name="ticket_draft"),
    path("drafts/removal/", drafts.ticket_draft_removal, name="ticket_draft_removal"),
    path("tickets/<int:number>/", ticket.ticket, name="ticket"),
    path("tickets/<int:number>/news/", ticket.ticket_news, name="ticket_news"),
    path("tickets/<int:number>/replies/", ticket_acts.replies, name="replies"),
    path("tickets/<int:number>/solution/", ticket_acts.solution, name="solution"),
    path("tickets/<int:number>/reopening/", ticket_acts.reopening, name="reopening"),
    path("tickets/<int:number>/colleagues/", ticket_acts.colleagues, name="colleagues"),
    path(
        "tickets/<int:number>/colleagues/<int:person>/removal/",
        ticket_acts.colleague_removal,
        name="colleague_removal",
    ),
    path("tickets/<int:number>/draft/", drafts.reply_draft, name="reply_draft"),
    path("tickets/<int:number>/draft/removal/", drafts.reply_draft_removal, name="reply_draft_removal"),
    path("uploads/", files.upload, name="upload"),
    path("uploads/<uuid:key>/removal/", files.upload_removal, name="upload_removal"),
    path("files/<uuid:key>/", files.file, name="file_by_key"),
    path("files/<uuid:key>/thumbnail/", files.file_thumbnail, name="file_thumbnail"),
    path("files/<uuid:key>/<str:name>", files.file, name="file"),
]
