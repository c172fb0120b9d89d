"""OPS-03: one id follows a request into the tasks it causes; logs are JSON, in UTC, and hold no secrets."""

import io
import json
import logging
import logging.config
import time

import pytest
import structlog
from celery import current_app, shared_task
from celery.contrib.testing.worker import start_worker
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import TrustedAddressMiddleware
from config.request_log import RequestLogMiddleware
from events import dispatch

logger = structlog.get_logger(__name__)


@pytest.fixture
def log(settings):
    """Everything that is logged, as the JSON lines of production."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.config.dictConfig({**settings.LOGGING, "handlers": {}, "root": {"level": "INFO"}, "loggers": {}})
    production = settings.LOGGING["formatters"]["json"]
    handler.setFormatter(
        production["()"](processors=production["processors"], foreign_pre_chain=production["foreign_pre_chain"])
    )
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    logging.config.dictConfig(settings.LOGGING)


@pytest.fixture
def worker(db):
    """A worker in a thread; ask for it before `log`, because a worker that starts sets up logging anew."""
    with start_worker(current_app._get_current_object(), pool="solo", perform_ping_check=False):
        yield


@shared_task
def note_something():
    logger.info("task_noted")


def serve(path, view, **headers):
    """Run a view inside the middlewares that have to do with logs."""
    handler = TrustedAddressMiddleware(RequestLogMiddleware(view))
    return handler(RequestFactory().get(path, **headers))


def test_OPS_03_the_id_of_a_request_follows_into_its_tasks(worker, log):
    def view(request):
        logger.info("view_noted")
        dispatch.ask(note_something.name)
        return HttpResponse()

    serve("/tickets/", view)
    until = time.monotonic() + 10
    while "task_noted" not in (lines := {line["event"]: line for line in log()}):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert lines["view_noted"]["request_id"]
    assert lines["task_noted"]["request_id"] == lines["view_noted"]["request_id"]
    assert lines["request_finished"]["code"] == 200


def test_OPS_03_lines_carry_time_in_utc_level_and_origin(log):
    logger.info("noted", number=7)
    [line] = log()
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["logger"], line["number"]) == ("info", __name__, 7)


def test_OPS_03_what_a_client_sends_cannot_forge_a_line(log):
    forged = 'x"}\n{"event": "forged"}'
    logger.info("noted", subject=forged)
    logging.getLogger("other").warning("plain %s", forged)
    events = [line["event"] for line in log()]
    assert events[0] == "noted"
    assert len(events) == 2


def test_OPS_03_an_error_is_one_line_without_the_values_of_variables(log):
    password = "canary-kestrel"  # noqa: F841 (must not appear)
    try:
        raise ValueError("broken")
    except ValueError:
        logger.exception("failed")
    [line] = log()
    assert "ValueError: broken" in line["exception"]
    assert "'canary" not in line["exception"].replace('password = "canary-kestrel"', "")


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/tickets/1042/?q=secret+project", "GET /tickets/1042/"),
        ("/link/1042:1tXyZ0:abcDEF-ghi_JKL0123456789/", "GET /link/…/"),
        (
            "/accounts/password/reset/key/1a-set-password-0a1B2c3D4e5F6/",
            "GET /accounts/password/reset/key/…/",
        ),
        ("/accounts/confirm-email/MQ:1tXyZ0:abcDEF/", "GET /accounts/confirm-email/…/"),
        ("/admin/django_celery_beat/periodictask/", "GET /admin/django_celery_beat/periodictask/"),
    ],
)
@pytest.mark.django_db
def test_keys_and_search_words_stay_out_of_the_log(log, path, logged):
    serve(path, lambda request: HttpResponse())
    assert {line["request"] for line in log()} == {logged}


def test_probes_are_not_logged(log):
    serve("/readyz", lambda request: HttpResponse())
    assert log() == []


@pytest.mark.django_db
def test_a_strangers_request_id_is_not_believed(log):
    serve("/", lambda request: HttpResponse(), HTTP_X_REQUEST_ID="chosen-by-a-stranger")
    assert all(line["request_id"] != "chosen-by-a-stranger" for line in log())


@pytest.mark.parametrize("forged", ["x" * 61, "short", "with space and more", "line\nbreak-line-break"])
@pytest.mark.django_db
def test_what_is_no_id_is_not_believed_from_a_proxy_either(log, settings, forged):
    settings.TRUSTED_PROXIES = 1
    serve("/", lambda request: HttpResponse(), HTTP_X_REQUEST_ID=forged)
    assert all(line["request_id"] != forged for line in log())


@pytest.mark.django_db
def test_our_own_proxys_request_id_is_kept(log, settings):
    settings.TRUSTED_PROXIES = 1
    serve("/", lambda request: HttpResponse(), HTTP_X_REQUEST_ID="3f1c9a52-proxy")
    assert {line["request_id"] for line in log()} == {"3f1c9a52-proxy"}
