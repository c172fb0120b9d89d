"""What every journey asks of a page."""

from pathlib import Path

AXE = (Path(__file__).parent.parent / "data" / "axe" / "axe.min.js").read_text()


def faults(page):
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]
