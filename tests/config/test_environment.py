"""What an operator decides: every setting is named, and a wrong or missing one stops the start with its name."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "BASE_URL": "https://help.example.com",
    "DATABASE_URL": "postgresql://tierdesk:secret@127.0.0.1/tierdesk",
    "BROKER_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


def read_by_the_code() -> set[str]:
    pattern = re.compile(r"\b(?:text|secret|flag|number|words)\(\s*\"([A-Z0-9_]+)\"")
    return {name for path in (ROOT / "config").glob("*.py") for name in pattern.findall(path.read_text())}


def start(*command, **variables):
    """Run a Python command as an operator would, with these settings and no others."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**keep, "ENV_FILE": "", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_example_names_every_setting_and_no_other():
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named - {"ENV_FILE"} == read_by_the_code()


def test_each_setting_of_the_example_is_explained():
    lines = (ROOT / ".env.example").read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#[A-Z0-9_]+=", line):
            above = lines[number - 1]
            assert re.match(r"# \S|#[A-Z0-9_]+=", above), line


def test_settings_are_read_in_config_alone():
    outside = [
        str(path.relative_to(ROOT))
        for app in ("accounts", "console", "content", "events", "notifications", "portal", "sla", "support")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.environ|os\.getenv|\benviron\.Env\b", path.read_text())
    ]
    assert outside == [], "Read settings in config/settings.py and use django.conf.settings elsewhere."


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "MODE"])
@pytest.mark.parametrize("command", ["web", "manage"])
def test_production_without_a_required_setting_stops_with_a_sentence_naming_it(missing, command, tmp_path):
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    arguments = {
        "web": ["-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        "manage": ["manage.py", "sync_schedule"],
    }[command]
    done = start(*arguments, VAR_DIR=str(tmp_path), PORT="0", **variables)
    said = (done.stdout + done.stderr).strip()
    assert done.returncode != 0
    assert f"{missing} is not set." in said.splitlines()[-1]
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_workers_stop_with_a_sentence_too(command, tmp_path):
    variables = {name: value for name, value in PRODUCTION.items() if name != "BROKER_URL"}
    done = start("-m", "celery", "-A", "config", command, VAR_DIR=str(tmp_path), **variables)
    assert done.returncode != 0
    assert "BROKER_URL is not set." in done.stdout + done.stderr


def test_production_settings_pass_the_deployment_check(tmp_path):
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "http"}, "PORT is 'http'; it must be a whole number."),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; use on or off."),
        ({"MODE": "staging"}, "MODE is 'staging'; it must be embedded or production."),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must name PostgreSQL or SQLite."),
        ({"CACHE_URL": "memcached://localhost"}, "CACHE_URL must be a Redis address"),
        ({"EMAIL_URL": "localhost"}, "EMAIL_URL must look like"),
        ({"FILE_STORAGE_URL": "s3://nothing"}, "FILE_STORAGE_URL must look like"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE points to /nowhere/key, which cannot be read"),
    ],
)
def test_a_wrong_setting_stops_with_a_sentence_naming_it(variables, sentence, tmp_path):
    done = start("manage.py", "check", VAR_DIR=str(tmp_path), **variables)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert environment.secret("SECRET_KEY") == "from a file"


def test_a_secret_of_the_environment_wins_over_its_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "direct")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "absent"))
    assert environment.secret("SECRET_KEY") == "direct"


def test_the_embedded_mode_makes_a_key_that_only_its_owner_reads(tmp_path):
    key = environment.generated_secret_key(tmp_path)
    assert len(key) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert environment.generated_secret_key(tmp_path) == key


@pytest.mark.parametrize(("word", "value"), [("on", True), ("TRUE", True), ("0", False), ("no", False)])
def test_flags_are_words(monkeypatch, word, value):
    monkeypatch.setenv("LOAD_DEMO", word)
    assert environment.flag("LOAD_DEMO", default=not value) is value


def test_an_unreadable_flag_names_itself(monkeypatch):
    monkeypatch.setenv("LOAD_DEMO", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="LOAD_DEMO is 'perhaps'"):
        environment.flag("LOAD_DEMO", default=True)
