"""Everything an operator decides, read from the environment (and from `.env`) with errors that name the variable.

A secret may also be given as a file: `SECRET_KEY_FILE=/run/secrets/key` is read when `SECRET_KEY` is not set.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.smart_cast = False
ENV_FILE = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
if ENV_FILE and Path(ENV_FILE).is_file():
    environ.Env.read_env(ENV_FILE)


def text(name: str, default: str = "") -> str:
    """Return a setting as text; an empty value counts as not set."""
    return str(env.str(name, default="")) or default


def secret(name: str, default: str = "") -> str:
    """Return a secret from `NAME` or from the file that `NAME_FILE` points to.

    Raises ImproperlyConfigured when the file cannot be read.
    """
    value = text(name)
    path = text(f"{name}_FILE")
    if value or not path:
        return value or default
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE points to {path}, which cannot be read: {error.strerror}.") from error


def flag(name: str, default: bool) -> bool:
    """Return a yes/no setting. Raises ImproperlyConfigured for anything but on/off words."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; use on or off.")


def number(name: str, default: int) -> int:
    """Return a whole number. Raises ImproperlyConfigured for anything else."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from error


def words(name: str, default: list[str] | None = None) -> list[str]:
    """Return a comma-separated list without blanks."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default or [])


def required(name: str, value: str, why: str) -> str:
    """Return the value, or stop the start with a sentence that names the variable."""
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why}")
    return value


def generated_secret_key(directory: Path) -> str:
    """Return the installation's own key, made on first start; only for the embedded mode."""
    path = directory / "secret_key"
    directory.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


# A statement that a connection saw this often is prepared.
PREPARE_AFTER = 3


def database(default_path: Path) -> dict[str, Any]:
    """Return Django's settings of the database that `DATABASE_URL` names; SQLite in `var/` without it."""
    url = secret("DATABASE_URL")
    if not url:
        default_path.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{default_path}"
    try:
        settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read; write postgresql://user:password@host:5432/name."
        ) from error
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;"
            "PRAGMA foreign_keys=ON;PRAGMA cache_size=-32000;",
        }
    elif settings["ENGINE"] == "django.db.backends.postgresql":
        settings["CONN_MAX_AGE"] = number("DATABASE_CONNECTION_SECONDS", 300)
        settings["CONN_HEALTH_CHECKS"] = True
        settings.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
        # PostgreSQL plans a statement once for each connection instead of each time: planning the queue's takes it five
        # times as long as answering it. Poolers that hand out connections by the statement may know no such thing.
        if flag("DATABASE_PREPARE", True):
            settings["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": PREPARE_AFTER}
    else:
        raise ImproperlyConfigured("DATABASE_URL must name PostgreSQL or SQLite.")
    return settings


def cache() -> dict[str, Any]:
    """Return Django's settings of the cache that `CACHE_URL` names; process memory without it."""
    url = secret("CACHE_URL")
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("CACHE_URL must be a Redis address such as redis://127.0.0.1:6379/1.")
    return {"BACKEND": "config.cache.PatientCache", "LOCATION": url}


def mail(folder: Path) -> dict[str, Any]:
    """Return Django's mail settings from `EMAIL_URL`; mails go to a folder without it.

    `smtp://user:password@host:587/?tls=1` or `smtps://…:465`.
    """
    url = secret("EMAIL_URL")
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587/?tls=1.")
    config = environ.Env.email_url_config(f"{parts.scheme.replace('smtps', 'smtp+ssl')}{url[len(parts.scheme) :]}")
    return {
        "EMAIL_BACKEND": "notifications.smtp.EmailBackend",
        "EMAIL_HOST": config["EMAIL_HOST"],
        "EMAIL_PORT": config["EMAIL_PORT"] or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": config["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": config["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and "tls=" in parts.query,
        "EMAIL_TIMEOUT": number("EMAIL_TIMEOUT", 20),
    }


def file_storage(url: str, folder: Path) -> dict[str, Any]:
    """Return the storage of attachments: a folder outside the web root, or the S3 bucket that the address names.

    `s3://KEY:SECRET@endpoint.example/bucket?region=eu-central-1`; needs the `s3` extra.
    """
    if not url:
        return {
            "BACKEND": "content.storage.FileFolder",
            "OPTIONS": {"location": str(folder), "base_url": None, "file_permissions_mode": 0o600},
        }
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.hostname or not bucket:
        raise ImproperlyConfigured(
            "FILE_STORAGE_URL must look like s3://KEY:SECRET@endpoint.example/bucket?region=name."
        )
    try:
        from botocore.config import Config
    except ImportError as error:
        raise ImproperlyConfigured("FILE_STORAGE_URL names a bucket: install requirements/s3.txt for it.") from error
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    scheme = "http" if query.get("tls") == "0" else "https"
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": f"{scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}",
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "region_name": query.get("region"),
            # A bucket that hangs must not hold the people who wait: by default it could, for minutes.
            "client_config": Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
