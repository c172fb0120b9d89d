"""What every journey asks of a page."""

from pathlib import Path

AXE = (Path(__file__).parent.parent / "data" / "axe" / "axe.min.js").read_text()
# Width in CSS pixels and colour scheme: each layout once and each scheme once.
LOOKS = [(1440, "light"), (390, "dark")]
# How a page must be opened for axe: nothing moves, and its script may be added.
STEADY = {"reduced_motion": "reduce", "bypass_csp": True}
# The rules to which width and scheme make a difference; all others are asked in the first look alone.
BY_LOOK = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]


def faults(page, rules=None):
    """Return what axe has against the page as it stands, best practices included; `rules` asks for these alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # Only what fails is told in full, and no style sheet is fetched again: both cost more than the rules do.
    asked = {"resultTypes": ["violations"], "preload": False, **({"runOnly": rules} if rules else {})}
    found = page.evaluate("asked => axe.run(asked)", asked)["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


def show(page, width, scheme):
    """Give the page another window and another colour scheme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


def wrong(page, looks=LOOKS):
    """Return what is wrong with the page in each look: what axe finds, and what scrolls sideways."""
    found = {}
    for look in looks:
        show(page, *look)
        if said := faults(page, None if look == looks[0] else BY_LOOK):
            found[look] = said
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[look, "sideways"] = wide
    return found


def problems(page, paths, looks=LOOKS):
    """Return what is wrong with these addresses, each loaded once, in a page that was opened with STEADY."""
    found = {}
    for path in paths:
        show(page, *looks[0])
        page.goto(path)
        if said := wrong(page, looks):
            found[path] = said
    return found
