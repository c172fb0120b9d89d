"""Addresses of reports, inside the console: figures, the lists behind them, files, trials."""

from django.contrib import admin
from django.urls import path

from console.views import reports, simulator

desk = admin.site.agent_view  # type: ignore[attr-defined]

urlpatterns = [
    path("reports/", desk(reports.report), name="reports"),
    path("reports/timers/", desk(reports.timers), name="report_timers"),
    path("reports/timers/file/", desk(reports.timers_file), name="report_timers_file"),
    path("reports/tables/<slug:name>/", desk(reports.table), name="report_table"),
    path("reports/simulator/", desk(simulator.simulator), name="simulator"),
    path("reports/dry-run/", desk(simulator.dry_run), name="dry_run"),
]
