"""Settings of the tests: those of config/settings.py with a database, folders and secrets of this run alone.

`TEST_DATABASE=postgresql` chooses PostgreSQL (at DATABASE_URL, else on this machine); the default is SQLite, unless
DATABASE_URL is given. Two runs at the same time never meet: each has its own database name and its own folder.
"""

import os
import re
import tempfile
import time
from pathlib import Path

# The first process of a run chooses the folder and the name; the workers of pytest-xdist inherit both.
RUN_DIR = Path(os.environ.get("TEST_RUN_DIR") or tempfile.mkdtemp(prefix="tierdesk-test-"))
os.environ["TEST_RUN_DIR"] = str(RUN_DIR)
RUN_NAME = os.environ.setdefault("TEST_RUN_NAME", f"test_tierdesk_{int(time.time())}_{os.getpid()}")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

# What the developer's shell or `.env` says about the desk must not change what a test sees.
for source in (Path(__file__).parent.parent / "config").glob("*.py"):
    for name in re.findall(r"\b(?:text|secret|flag|number|words)\(\s*\"([A-Z0-9_]+)\"", source.read_text()):
        if name != "DATABASE_URL":
            os.environ.pop(name, None)
            os.environ.pop(f"{name}_FILE", None)
os.environ["ENV_FILE"] = ""
os.environ["VAR_DIR"] = str(RUN_DIR / WORKER)
os.environ["SECRET_KEY"] = "tests-only-" + "k" * 50
os.environ["BROKER_URL"] = "memory://"

engine = os.environ.get("TEST_DATABASE") or ("postgresql" if os.environ.get("DATABASE_URL") else "sqlite")
if engine == "sqlite":
    os.environ.pop("DATABASE_URL", None)
elif engine == "postgresql":
    os.environ.setdefault("DATABASE_URL", "postgresql:///postgres")
else:
    raise SystemExit(f"TEST_DATABASE is {engine!r}; it must be sqlite or postgresql.")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, VAR_DIR  # noqa: E402

VAR_DIR.mkdir(parents=True, exist_ok=True)
# A file, as on a real desk, and not a database in memory: only so do WAL and the write lock behave as they do there.
DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3") if engine == "sqlite" else RUN_NAME}
DATABASES["default"]["CONN_MAX_AGE"] = 0
if engine == "postgresql":
    # Tests kill processes of the desk, never the server's machine: nothing waits for the disk.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": WORKER}}
