"""The console's model pages (Django's own admin in our skin) in a real browser, under axe."""

import pytest
from django.urls import reverse

from tests.journeys.browser import LOOKS, STEADY, faults, show, wrong
from tests.safety.matrix import MODELS, PAGES
from tests.safety.rig import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# These pages are the same for every model.
ALIKE = {"history", "delete"}

# Django's scripts have built their fields, and ours have given them names.
READY = """
  !document.querySelector(
    ".admin-autocomplete:not([name*=__prefix__]):not([data-named]), select.selectfilter, .search-label-icon:not([role])"
  )
"""


def addresses(rig):
    """Return each page of each model that an administrator may open; of those that are alike, the richest."""
    for label, (_agent, _lead, administrator) in MODELS.items():
        for page, needs in PAGES.items():
            if needs in administrator and (page not in ALIKE or label == "support.queue"):
                kwargs = {} if page in {"changelist", "add"} else {"object_id": rig.row_of(label).pk}
                yield reverse(f"admin:{label.replace('.', '_')}_{page}", kwargs=kwargs)


def test_axe_finds_nothing_on_the_model_pages_and_nothing_scrolls_sideways(cast, open_page):
    problems = {}
    page = open_page("/robots.txt", cast.ada, **STEADY)
    for path in addresses(build(cast)):
        show(page, *LOOKS[0])
        page.goto(path)
        page.wait_for_function(READY)
        if said := wrong(page):
            problems[path] = said
    assert problems == {}


def test_axe_finds_nothing_in_an_open_search_field_and_its_results(cast, open_page):
    page = open_page(reverse("admin:accounts_organization_change", args=[cast.acme.pk]), cast.ada, **STEADY)
    page.wait_for_function(READY)
    page.locator(".field-named_agent .select2-selection").click()
    page.get_by_role("option", name="Gwen").wait_for()
    found = faults(page)
    assert not found, "\n".join(map(str, found))
