"""Configuration from the environment: the only module that reads it.

`SETTINGS` is the one definition of every setting; it feeds the parser, the error messages and
`docs/configuration.md`, which a test holds against it. Per-tenant rules are not here: they are a `Policy`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from worker.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """The deployment's settings, parsed. `secret_key` is empty when a key file in `data` shall serve."""

    data: Path
    database_url: str
    base_url: str
    secret_key: str
    host: str
    port: int
    threads: int
    web_threads: int
    web_processes: int
    debounce: timedelta
    poll: timedelta
    lease: timedelta
    site_timeout: float
    log_level: str
    log_format: str
    metrics_token: str
    atlassian_api: str
    connect_key: str
    connect_key_hosts: tuple[str, ...]
    connect_sites: tuple[str, ...]
    connect_script: str
    connect_context_qsh: bool
    forge_apps: tuple[str, ...]
    forge_keys: str


@dataclass(frozen=True)
class Setting:
    """One environment variable: its field in `Settings`, its default as text, and how its text is read."""

    name: str
    field: str
    default: str
    parse: Callable[[str], object]
    wants: str
    about: str


def is_local(address: str) -> bool:
    """Whether an address can be opened on this machine only."""
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _url(text: str) -> str:
    parts = urlsplit(text)
    parts.port  # noqa: B018 - reading it raises ValueError when it is not a port
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError(text)
    return text.rstrip("/")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return parse


def _seconds(low: float) -> Callable[[str], timedelta]:
    def parse(text: str) -> timedelta:
        if not low <= float(text) <= 86_400:
            raise ValueError(text)
        return timedelta(seconds=float(text))

    return parse


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _urls(text: str) -> tuple[str, ...]:
    return tuple(_url(part) for part in _list(text))


def _app_key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise ValueError(text)
    return text


def _key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("too short")
    return text


def _token(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9._~-]{16,}", text):
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError(text)
    return text.lower() == "yes"


def _format(text: str) -> str:
    if text.lower() not in ("text", "json"):
        raise ValueError(text)
    return text.lower()


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(text)
    return text.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("LEARNLOOP_DATA", "data", "data", Path, "a folder", "Where the SQLite database and the key file live."),
    Setting(
        "DATABASE_URL",
        "database_url",
        "",
        str,
        "an SQLAlchemy URL",
        "The database. Empty means SQLite in the data folder.",
    ),
    Setting(
        "LEARNLOOP_BASE_URL",
        "base_url",
        "",
        _url,
        "an address such as https://learnloop.example.org",
        "The address people and Jira reach us at; links in comments start with it. It may have a path that is none of "
        "our own (/admin, say), whether a proxy takes it off or not. "
        "Empty means http://HOST:PORT, which only this machine can open.",
    ),
    Setting(
        "LEARNLOOP_SECRET_KEY",
        "secret_key",
        "",
        _key,
        "at least 32 characters",
        "Seals stored secrets and signs links. Empty means a key file that is made in the data folder.",
    ),
    Setting(
        "LEARNLOOP_HOST", "host", "127.0.0.1", str, "an address to listen on", "The address the web process binds."
    ),
    Setting(
        "LEARNLOOP_PORT", "port", "8080", _number(0, 65535), "a port from 0 to 65535", "The port the web process binds."
    ),
    Setting(
        "LEARNLOOP_THREADS",
        "threads",
        "8",
        _number(1, 64),
        "a number from 1 to 64",
        "How many jobs a worker process does at once.",
    ),
    Setting(
        "LEARNLOOP_WEB_THREADS",
        "web_threads",
        "32",
        _number(1, 256),
        "a number from 1 to 256",
        "How many requests a web process handles at once. Mostly they wait for a commit, which they share.",
    ),
    Setting(
        "LEARNLOOP_WEB_PROCESSES",
        "web_processes",
        "0",
        _number(0, 64),
        "a number from 0 to 64",
        "How many processes `learnloop web` serves with. 0 means one on SQLite, where there may be no more, and on "
        "PostgreSQL one for each core, four at most.",
    ),
    Setting(
        "LEARNLOOP_DEBOUNCE",
        "debounce",
        "30",
        _seconds(0),
        "seconds from 0 to 86400",
        "How long a page waits after a change, so that several changes become one version.",
    ),
    Setting(
        "LEARNLOOP_POLL",
        "poll",
        "0.1",
        _seconds(0.01),
        "seconds from 0.01 to 86400",
        "How often an idle worker looks for jobs that another process enqueued.",
    ),
    Setting(
        "LEARNLOOP_LEASE",
        "lease",
        "60",
        _seconds(1),
        "seconds from 1 to 86400",
        "After how long without a sign of life a worker counts as dead, and its jobs go to another.",
    ),
    Setting(
        "LEARNLOOP_SITE_TIMEOUT",
        "site_timeout",
        "20",
        lambda text: _seconds(0.1)(text).total_seconds(),
        "seconds from 0.1 to 86400",
        "How long one call to Jira or Confluence may take.",
    ),
    Setting(
        "LEARNLOOP_LOG_LEVEL",
        "log_level",
        "INFO",
        _level,
        "DEBUG, INFO, WARNING or ERROR",
        "How much is logged. Secrets and answers are never logged.",
    ),
    Setting(
        "LEARNLOOP_LOG_FORMAT",
        "log_format",
        "text",
        _format,
        "text or json",
        "What a line of the log is: text for people, or a JSON object for a collector.",
    ),
    Setting(
        "LEARNLOOP_METRICS_TOKEN",
        "metrics_token",
        "",
        _token,
        "at least 16 letters, digits, dots, dashes, underscores or tildes",
        "What Prometheus sends as its bearer token to read /metrics. Empty means that there is no /metrics.",
    ),
    Setting(
        "LEARNLOOP_ATLASSIAN_API",
        "atlassian_api",
        "https://api.atlassian.com",
        _url,
        "an address",
        "Atlassian's API gateway, for scoped tokens and service accounts: /ex/jira/… and /ex/confluence/… below it.",
    ),
    Setting(
        "LEARNLOOP_CONNECT_KEY",
        "connect_key",
        "learnloop",
        _app_key,
        "letters, digits, dots, dashes and underscores, at most 64",
        "The key of the Connect app in its descriptor. Unique among the apps of a site.",
    ),
    Setting(
        "LEARNLOOP_CONNECT_KEY_HOSTS",
        "connect_key_hosts",
        "https://connect-install-keys.atlassian.com,https://asap-distribution.us-west-2.prod.atl-asap.net",
        _urls,
        "addresses, separated by commas",
        "Where the public keys of Connect's install hooks are fetched, tried in this order.",
    ),
    Setting(
        "LEARNLOOP_CONNECT_SITES",
        "connect_sites",
        "*.atlassian.net,*.jira.com",
        _list,
        "patterns of hosts, separated by commas",
        "The sites that may install the Connect app, by the host of their address.",
    ),
    Setting(
        "LEARNLOOP_CONNECT_SCRIPT",
        "connect_script",
        "https://connect-cdn.atl-paas.net/all.js",
        _url,
        "an address",
        "Atlassian's script that pages inside Jira must load.",
    ),
    Setting(
        "LEARNLOOP_CONNECT_CONTEXT_QSH",
        "connect_context_qsh",
        "no",
        _yes_or_no,
        "yes or no",
        "Whether the Connect descriptor asks for context tokens by `context-qsh` among its API migrations. Yes where a "
        "site's panel says that its token does not count.",
    ),
    Setting(
        "LEARNLOOP_FORGE_APPS",
        "forge_apps",
        "",
        _list,
        "app ids such as ari:cloud:ecosystem::app/…, separated by commas",
        "The Forge apps whose calls are taken. Empty takes none.",
    ),
    Setting(
        "LEARNLOOP_FORGE_KEYS",
        "forge_keys",
        "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json",
        _url,
        "an address",
        "Where the keys of Forge's invocation tokens are published (JWKS).",
    ),
)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (the process environment when none is given).

    Raises ConfigError with a sentence that names the variable, its value's problem and what it wants.
    """
    source = os.environ if environ is None else environ
    values = {setting.field: _read(setting, source.get(setting.name, "")) for setting in SETTINGS}
    settings = Settings(**values)  # type: ignore[arg-type]
    return _completed(settings)


def _read(setting: Setting, text: str) -> object:
    try:
        return setting.parse(text or setting.default)
    except ValueError as error:
        shown = "its value" if setting.field in ("secret_key", "metrics_token") else repr(text)
        raise ConfigError(f"{setting.name}: {shown} cannot be used; it wants {setting.wants}.") from error


def _completed(settings: Settings) -> Settings:
    data = settings.data.expanduser().resolve()
    url = settings.database_url or f"sqlite:///{data / 'learnloop.db'}"
    if url.startswith("sqlite") and settings.web_processes > 1:
        raise ConfigError(
            f"LEARNLOOP_WEB_PROCESSES: {settings.web_processes} cannot be used; on SQLite one web process groups all "
            "writes. Leave it out, or use PostgreSQL (DATABASE_URL)."
        )
    most = 1 if url.startswith("sqlite") else min(4, os.cpu_count() or 1)
    return replace(
        settings,
        data=data,
        database_url=url,
        web_processes=settings.web_processes or most,
        base_url=settings.base_url or f"http://{settings.host}:{settings.port}",
    )
