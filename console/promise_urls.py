"""Addresses of what happens to running promises after an edit, inside the console."""

from django.contrib import admin
from django.urls import path

from console.views import recalculations

staff = admin.site.admin_view

urlpatterns = [
    path("recalculations/", staff(recalculations.recalculations), name="recalculations"),
    path("recalculations/<int:job_id>/", staff(recalculations.recalculation), name="recalculation"),
    path(
        "recalculations/<int:job_id>/cancellation/",
        staff(recalculations.cancellation),
        name="recalculation_cancellation",
    ),
    path("recalculations/<int:job_id>/repetition/", staff(recalculations.repetition), name="recalculation_repetition"),
    path("targets/<int:target_id>/application/", staff(recalculations.application), name="target_application"),
    path("targets/gone/<str:metric>/application/", staff(recalculations.gone), name="gone_application"),
]
