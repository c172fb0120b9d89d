"""What every test stands on: the database of the run, services that are really there, and fixtures of the house."""

import os
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase

# --- Database and services -------------------------------------------------------------------------------------------

CI = os.environ.get("CI", "").lower() == "true"
CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)


def pytest_unconfigure(config):
    """Remove the folder of the run when its first process ends."""
    if not hasattr(config, "workerinput") and os.environ.get("TEST_RUN_DIR"):
        shutil.rmtree(os.environ["TEST_RUN_DIR"], ignore_errors=True)


def pytest_runtest_setup(item):
    """Leave out, with the reason, what cannot run here; under CI a missing service is a failure."""
    missing = ""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        # Not a missing service: `make test` runs the same test in its pass on PostgreSQL.
        pytest.skip("runs on PostgreSQL only: TEST_DATABASE=postgresql")
    if item.get_closest_marker("browser") and not CHROMIUM:
        missing = "needs Chromium: apt-get install chromium"
    if item.get_closest_marker("redis") and not os.environ.get("TEST_REDIS_URL"):
        missing = "needs a Redis server whose address is in TEST_REDIS_URL, such as redis://127.0.0.1:6379/15"
    if missing and CI:
        pytest.fail(missing, pytrace=False)
    elif missing:
        pytest.skip(missing)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as `pure` what asks for no database: `make test` runs it once, not on each. Put the slow ones first."""
    for item in items:
        asks = item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & {*item.fixturenames}
        if not asks and not item.get_closest_marker("browser") and not item.get_closest_marker("postgresql"):
            item.add_marker("pure")
    # The long ones begin first, so that at the end no process waits for another's.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program, for Playwright's `executable_path`."""
    assert CHROMIUM
    return Path(CHROMIUM)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield


def install_defaults() -> None:
    """Put back the rows that migrations created: roles, tiers, targets, queues."""
    from accounts.defaults import install_defaults as install_people
    from accounts.roles import sync_roles
    from sla.defaults import install_defaults as install_promises
    from support.defaults import install_defaults as install_desk

    install_people()
    install_promises()
    install_desk()
    sync_roles()


# Rows that migrations made and no test changes; making them anew would take longer than most tests.
LASTING_TABLES = {"auth_permission", "django_content_type"}


def _empty_database(self):
    """Empty the database after a test that committed.

    Deleting the few rows of a test is much faster than Django's way, which empties every file and makes permissions anew. The triggers that keep
    events append-only would refuse this, too, so they step aside for the moment.
    """
    from events import triggers

    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    try:
        with transaction.atomic():  # in which foreign keys are looked at last
            triggers.remove(connection)
            with connection.cursor() as cursor:
                for table in sorted(tables - LASTING_TABLES):
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    finally:
        with transaction.atomic():
            triggers.install(connection)
    install_defaults()


TransactionTestCase._fixture_teardown = _empty_database

# --- Fixtures of the house -------------------------------------------------------------------------------------------

pytest_plugins = ["tests.cast"]


@pytest.fixture
def run_reactions(db):
    """Return a function that does what follows from everything recorded so far, as a worker would."""
    from datetime import timedelta

    from django.utils import timezone

    from events import deliver
    from events.models import Delivery

    def run() -> int:
        Delivery.objects.filter(state="pending").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        return deliver.sweep()

    return run
