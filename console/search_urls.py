"""Addresses of searching and of what the search is told, inside the console."""

from django.contrib import admin
from django.urls import path

from console.views import deflection, gaps, search, synonyms

desk = admin.site.agent_view  # type: ignore[attr-defined]

urlpatterns = [
    path("search/", desk(search.search), name="search"),
    path("search/gaps/", desk(gaps.gaps), name="search_gaps"),
    path("search/gaps/answer/", desk(gaps.answer), name="search_gap_answer"),
    path("search/gaps/marks/", desk(gaps.marks), name="search_gap_marks"),
    path("search/synonyms/", desk(synonyms.synonyms), name="search_synonyms"),
    path("search/synonyms/<int:pk>/", desk(synonyms.synonym), name="search_synonym"),
    path("search/synonyms/<int:pk>/removal/", desk(synonyms.synonym_removal), name="search_synonym_removal"),
    path("search/pins/", desk(synonyms.pins), name="search_pins"),
    path("search/pins/new/", desk(synonyms.pin_new), name="search_pin_new"),
    path("search/pins/<int:pk>/order/", desk(synonyms.pin_order), name="search_pin_order"),
    path("search/pins/<int:pk>/removal/", desk(synonyms.pin_removal), name="search_pin_removal"),
    path("search/deflection/", desk(deflection.deflection), name="search_deflection"),
    path("search/deflection/forms/", desk(deflection.forms), name="search_deflection_forms"),
]
