"""Rules of the house that a machine can check. Each failure says what to do instead."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.event_names import AccountEvent
from config.reactions import REACTIONS
from knowledge.event_names import ArticleEvent
from search.event_names import SearchEvent
from sla.event_names import RecalculationEvent, TimerEvent
from support.event_names import TicketEvent

ROOT = Path(settings.BASE_DIR)
APPS = [
    "accounts",
    "config",
    "console",
    "content",
    "events",
    "knowledge",
    "search",
    "notifications",
    "portal",
    "sla",
    "support",
]
SOURCES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and "demo" not in path.parts
)
ENTRANCES = [
    path for path in SOURCES if {"views", "api"} & set(path.parts) or path.name in {"views.py", "api.py", "admin.py"}
]
# Rows of a person's own, which no rule depends on: drafts, visits, preferences, branding.
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
}
WRITERS = {
    "actions",
    "management",
    "demo",
    "defaults.py",
    "record.py",
    "deliver.py",
    "timers.py",
    "sweep.py",
    "noticing.py",
    "models.py",
    "timeline.py",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


@pytest.mark.parametrize("path", ENTRANCES, ids=name)
def test_an_entrance_starts_from_what_the_person_may_see(path):
    found = [
        n.lineno for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute) and n.attr == "objects"
    ]
    assert not found, (
        f"{name(path)}:{found} uses .objects; start from permissions.visible_…() or a function in queries.py"
    )


def test_only_one_module_marks_html_as_safe():
    found = [
        f"{name(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\bmark_safe\(|\bSafeString\(|\.safe\b|allow_tags", line) and name(path) != "content/markdown.py"
    ]
    assert not found, (
        f"{found}: HTML becomes safe in content/markdown.py alone; use content.markdown.trusted or format_html"
    )


def test_only_one_module_writes_tables_for_spreadsheets():
    found = [
        f"{name(path)}:{node.lineno}"
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if name(path) != "content/spreadsheet.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and "csv" in {each.name for each in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "csv")
    ]
    assert not found, f"{found}: call content.spreadsheet.csv_response, which writes no cell as a formula (SEC-17)"


def test_no_template_switches_escaping_off():
    found = [
        f"{name(path)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        # A form's help text comes from our own code, and Django's own holds a list.
        if re.search(r"\|\s*safe\b|autoescape off", line.replace("field.help_text|safe", ""))
    ]
    assert not found, f"{found}: pass content.markdown.trusted(message.html) instead of |safe"


def test_no_page_has_inline_script_or_style():
    found = [
        f"{name(path)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(
            r"<script(?![^>]*(src=|type=\"application/(ld\+)?json\"))|\son\w+=[\"']|\sstyle=[\"']|<style|javascript:",
            line,
        )
    ]
    assert not found, f"{found}: the Content-Security-Policy forbids it; use a class or a module in static/js"


def test_no_page_loads_from_a_foreign_host():
    found = [
        f"{name(path)}:{number}"
        for folder in ("templates", "static/css", "static/js")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".css", ".js"} and "mail" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"(src|href)=[\"']https?://|url\([\"']?https?://|(from|import) [\"']https?://", line)
        and "rel=" not in line
    ]
    assert not found, f"{found}: everything a page needs is served by the desk itself"


def test_every_event_has_its_line_in_the_table_of_reactions():
    missing = {*TicketEvent, *AccountEvent, *TimerEvent, *RecalculationEvent, *ArticleEvent, *SearchEvent} - set(
        REACTIONS
    )
    assert not missing, f"add {sorted(missing)} to config/reactions.py, if only with []"


def test_every_event_is_recorded_somewhere():
    text = "\n".join(
        path.read_text() for path in SOURCES if path.name != "event_names.py" and path.name != "reactions.py"
    )
    unused = [
        event
        for group in (TicketEvent, AccountEvent, TimerEvent, RecalculationEvent, SearchEvent)
        for event in group
        if f"{group.__name__}.{event.name}" not in text
    ]
    assert not unused, f"{unused} are never recorded: record them, or take them out"


def test_every_reaction_has_a_name_of_its_own():
    for event, reactions in REACTIONS.items():
        names = [f"{reaction.__module__}.{reaction.__name__}" for reaction in reactions]
        assert len(names) == len(set(names)), event


def test_no_module_is_a_drawer():
    drawers = {"utils.py", "helpers.py", "common.py", "lib.py", "misc.py", "services.py"}
    found = [name(path) for path in SOURCES if path.name in drawers]
    assert not found, f"{found}: name the module after what it does"


def test_no_module_outgrows_one_idea():
    found = {name(path): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 500}
    assert not found, f"{found}: split it by concern"


@pytest.mark.parametrize("model", ["Ticket", "Message", "Event"])
def test_tickets_change_in_actions_alone(model):
    """`Ticket.objects.create(…)`, `.update(…)` and the like appear only where acts live."""
    pattern = re.compile(
        rf"\b{model}\.objects\b[^\n]*\.({'|'.join(WRITES)})\(|\b{model}\.objects\.({'|'.join(WRITES)})\("
    )
    found = [
        f"{name(path)}:{number}"
        for path in SOURCES
        if not (WRITERS & {*path.parts, path.name})
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"{found}: call an action of support/actions, so that the change is checked and recorded"


def test_the_project_speaks_of_itself_alone():
    found = [
        name(path)
        for path in ROOT.rglob("*")
        if path.suffix in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".sh", ".yml"}
        and not {".venv", "var", ".git", "node_modules"} & set(path.relative_to(ROOT).parts)
        and re.search(r"/(work|root|home)/[a-z]+/", path.read_text(errors="replace"))
    ]
    assert not found, f"{found} name a path of one machine"
