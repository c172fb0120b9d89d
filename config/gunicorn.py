"""Settings of the web server: `python -m gunicorn -c python:config.gunicorn config.wsgi`.

Threads, because a request waits for the database more than it computes; processes, because Python computes in
one thread at a time. gunicorn reads the names below.
"""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import environment

try:
    PRODUCTION = settings.MODE == "production"
except ImproperlyConfigured as error:
    raise SystemExit(f"Tierdesk cannot start: {error}") from None

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
workers = environment.number("WEB_WORKERS", 2 if PRODUCTION else 1)
threads = environment.number("WEB_THREADS", 8)
worker_class = "gthread"
# A slow leak in any library never grows for longer than this many requests; jitter keeps workers from leaving
# together.
max_requests = environment.number("WEB_MAX_REQUESTS", 5000 if PRODUCTION else 0)
max_requests_jitter = max_requests // 10
timeout = environment.number("WEB_TIMEOUT", 60)
graceful_timeout = environment.number("WEB_GRACEFUL_TIMEOUT", 30 if PRODUCTION else 3)
# Longer than a proxy keeps its own connections, so that it is the proxy who closes them.
keepalive = 75 if PRODUCTION else 5
# Whom to believe about https: proxies of our own, when there are any (who alone reach the port then).
forwarded_allow_ips = "*" if settings.TRUSTED_PROXIES else ""
# Heartbeat files in memory: on a slow disk their writes would look like a stuck worker.
worker_tmp_dir = "/dev/shm" if sys.platform == "linux" else None  # noqa: S108
control_socket_disable = True
reload = settings.DEBUG
accesslog = None  # django-structlog writes one line a request, with the request's id
logging: dict[str, Any] = settings.LOGGING
logconfig_dict = {
    **logging,
    "loggers": {
        **logging["loggers"],
        "gunicorn.error": {
            "level": "INFO" if PRODUCTION else "WARNING",
            "handlers": ["stream"],
            "propagate": False,
        },
    },
}
