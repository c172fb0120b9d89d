"""What a browser fetches in production."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from config import static_files


@pytest.fixture(scope="module")
def collected(tmp_path_factory, django_db_setup) -> Path:
    """All static files, collected as for production."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("static")
    storage = {"BACKEND": f"{static_files.__name__}.StaticFiles"}
    with override_settings(
        STATIC_ROOT=folder,
        STORAGES={"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}, "staticfiles": storage},
        WHITENOISE_KEEP_ONLY_HASHED_FILES=True,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_style_sheet_is_one_file_in_which_every_part_keeps_its_layer(collected: Path):
    sheet = only(collected, "css/main.*.css").read_text()
    assert "@import" not in sheet
    parts = len(re.findall("^@import", Path("static/css/main.css").read_text(), re.MULTILINE))
    assert len(re.findall(r"^@layer [\w-]+ \{$", sheet, re.MULTILINE)) == parts
    assert ".composer" in sheet


def test_addresses_in_a_part_still_lead_to_files(collected: Path):
    sheet = only(collected, "css/admin-stock.*.css")
    for address in set(re.findall(r'url\("([^"]+)"\)', sheet.read_text())):
        assert (sheet.parent / address).resolve().exists(), address


def test_modules_load_each_other_by_their_hashed_names(collected: Path):
    scripts = list(collected.glob("js/*.js"))
    for script in scripts:
        for name in re.findall(r'(?:from|import\()\s*"(\./[^"]+)"', script.read_text()):
            assert (script.parent / name).exists(), (script.name, name)


def test_a_first_visit_is_far_below_a_hundred_kilobytes(collected: Path):
    everything = [only(collected, "css/main.*.css.gz"), only(collected, "vendor/htmx/*.js.gz")]
    everything += collected.glob("js/*.js.gz")
    assert sum(file.stat().st_size for file in everything) < 60_000
