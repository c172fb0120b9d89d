"""The console's model pages (Django's own admin in our skin) in a real browser, under axe."""

import pytest
from django.urls import reverse

from tests.journeys.browser import AXE, faults
from tests.safety.matrix import MODELS, PAGES
from tests.safety.rig import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# These pages are the same for every model.
ALIKE = {"history", "delete"}
# What light or dark, wide or narrow makes a difference to; all else was asked at the first size.
BY_LOOK = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]

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
    page = open_page("/robots.txt", cast.ada, bypass_csp=True, reduced_motion="reduce")
    for path in addresses(build(cast)):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        page.wait_for_function(READY)
        page.evaluate(AXE)
        for width, scheme, rules in ((1440, "light", {}), (390, "dark", {"runOnly": BY_LOOK})):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            for fault in page.evaluate("rules => axe.run(rules)", rules)["violations"]:
                problems[path, width, fault["id"]] = [node["html"][:300] for node in fault["nodes"]]
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                problems[path, width, "sideways"] = wide
    assert not problems, "\n".join(f"{where}: {what}" for where, what in problems.items())


def test_axe_finds_nothing_in_an_open_search_field_and_its_results(cast, open_page):
    page = open_page(reverse("admin:accounts_organization_change", args=[cast.acme.pk]), cast.ada, bypass_csp=True)
    page.wait_for_function(READY)
    page.locator(".field-named_agent .select2-selection").click()
    page.get_by_role("option", name="Gwen").wait_for()
    found = faults(page)
    assert not found, "\n".join(map(str, found))
