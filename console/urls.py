"""Addresses of the console's own pages, in front of Django's. An act is a resource that is posted to."""

from django.contrib import admin
from django.urls import path

from console import knowledge_urls, mail_urls, notice_urls, promise_urls, report_urls, search_urls
from console.views import conversation, dashboard, palette, presence, promises, queue, ticket, ticket_acts, ticket_new

desk = admin.site.agent_view  # type: ignore[attr-defined]

app_name = "console"
urlpatterns = [
    path("queue/", desk(queue.queue), name="queue"),
    path("queue/acts/", desk(queue.bulk), name="bulk"),
    path("people/", desk(palette.people), name="people"),
    path("palette/", desk(palette.palette), name="palette"),
    path("settings/", desk(dashboard.settings_page), name="settings"),
    path("tickets/new/", desk(ticket_new.ticket_new), name="ticket_new"),
    path("tickets/<int:number>/", desk(ticket.ticket), name="ticket"),
    path("tickets/<int:number>/timeline/", desk(ticket.timeline), name="timeline"),
    path("tickets/<int:number>/promises/", desk(promises.promises), name="promises"),
    path("tickets/<int:number>/promises.json", desk(promises.promises_json), name="promises_json"),
    path("tickets/<int:number>/earlier/", desk(ticket.earlier), name="earlier"),
    path("tickets/<int:number>/next/", desk(ticket.next_ticket), name="next"),
    path("tickets/<int:number>/previous/", desk(ticket.previous_ticket), name="previous"),
    path("tickets/<int:number>/presence/", desk(presence.presence), name="presence"),
    path("tickets/<int:number>/messages/", desk(conversation.messages_of), name="messages"),
    path("tickets/<int:number>/draft/", desk(conversation.draft), name="draft"),
    path("tickets/<int:number>/draft/removal/", desk(conversation.draft_removal), name="draft_removal"),
    path("tickets/<int:number>/assignee/", desk(ticket_acts.assignee), name="assignee"),
    path("tickets/<int:number>/status/", desk(ticket_acts.status), name="status"),
    path("tickets/<int:number>/priority/", desk(ticket_acts.priority), name="priority"),
    path("tickets/<int:number>/tags/", desk(ticket_acts.tags), name="tags"),
    path("tickets/<int:number>/queue/", desk(ticket_acts.queue), name="ticket_queue"),
    path("tickets/<int:number>/spam/", desk(ticket_acts.spam), name="spam"),
    path("tickets/<int:number>/following/", desk(ticket_acts.following), name="following"),
    *knowledge_urls.urlpatterns,
    *mail_urls.urlpatterns,
    *report_urls.urlpatterns,
    *notice_urls.urlpatterns,
    *promise_urls.urlpatterns,
    *search_urls.urlpatterns,
]
