"""Addresses of the bell: what one was told, and that it has been read."""

from django.contrib import admin
from django.urls import path

from console.views import notices

desk = admin.site.agent_view  # type: ignore[attr-defined]

urlpatterns = [
    path("notices/", desk(notices.notices), name="notices"),
    path("notices/count/", desk(notices.count), name="notices_count"),
    path("notices/readings/", desk(notices.readings), name="notices_readings"),
    path("notices/<int:alert>/reading/", desk(notices.reading), name="notice_reading"),
]
