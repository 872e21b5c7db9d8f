"""Settings from the environment: what each becomes, and the sentence for a value that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from worker import config
from worker.config import SETTINGS, Settings
from worker.deployment import assemble
from worker.errors import ConfigError
from worker.store.database import Database

KEY = "0123456789abcdef0123456789abcdef"


def test_an_empty_environment_is_a_whole_configuration() -> None:
    settings = config.load({})
    assert settings.data == Path("data").resolve()
    assert settings.database_url == f"sqlite:///{settings.data / 'learnloop.db'}"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.secret_key == ""


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("LEARNLOOP_DATA", "/srv/learnloop", "data", Path("/srv/learnloop")),
        ("LEARNLOOP_DATA", "~/learnloop", "data", Path("~/learnloop").expanduser()),
        ("DATABASE_URL", "sqlite:////srv/x.db", "database_url", "sqlite:////srv/x.db"),
        ("LEARNLOOP_BASE_URL", "https://ll.example.org/", "base_url", "https://ll.example.org"),
        ("LEARNLOOP_BASE_URL", "https://example.org/ll/", "base_url", "https://example.org/ll"),
        ("LEARNLOOP_SECRET_KEY", KEY, "secret_key", KEY),
        ("LEARNLOOP_HOST", "::1", "host", "::1"),
        ("LEARNLOOP_PORT", "0", "port", 0),
        ("LEARNLOOP_PORT", "65535", "port", 65535),
        ("LEARNLOOP_THREADS", "64", "threads", 64),
        ("LEARNLOOP_DEBOUNCE", "0.5", "debounce", timedelta(milliseconds=500)),
        ("LEARNLOOP_POLL", "2", "poll", timedelta(seconds=2)),
        ("LEARNLOOP_LEASE", "90", "lease", timedelta(seconds=90)),
        ("LEARNLOOP_SITE_TIMEOUT", "7.5", "site_timeout", 7.5),
        ("LEARNLOOP_LOG_LEVEL", "warning", "log_level", "WARNING"),
        ("LEARNLOOP_CONNECT_CONTEXT_QSH", "Yes", "connect_context_qsh", True),
    ],
)
def test_a_setting_is_read_into_its_field(name: str, text: str, field: str, value: object) -> None:
    assert getattr(config.load({name: text}), field) == value


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_an_empty_value_means_the_default(setting: config.Setting) -> None:
    assert config.load({setting.name: ""}) == config.load({})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LEARNLOOP_BASE_URL", "learnloop.example.org"),
        ("LEARNLOOP_BASE_URL", "ftp://learnloop.example.org"),
        ("LEARNLOOP_BASE_URL", "https://"),
        ("LEARNLOOP_BASE_URL", "https://learnloop.example.org/?a=b"),
        ("LEARNLOOP_BASE_URL", "https://learnloop.example.org:many"),
        ("LEARNLOOP_BASE_URL", "http://[::1"),
        ("LEARNLOOP_CONNECT_CONTEXT_QSH", "true"),
        ("LEARNLOOP_PORT", "-1"),
        ("LEARNLOOP_PORT", "65536"),
        ("LEARNLOOP_PORT", "http"),
        ("LEARNLOOP_THREADS", "0"),
        ("LEARNLOOP_THREADS", "65"),
        ("LEARNLOOP_THREADS", "2.5"),
        ("LEARNLOOP_DEBOUNCE", "-1"),
        ("LEARNLOOP_DEBOUNCE", "nan"),
        ("LEARNLOOP_POLL", "soon"),
        ("LEARNLOOP_POLL", "0"),
        ("LEARNLOOP_LEASE", "0.5"),
        ("LEARNLOOP_SITE_TIMEOUT", "0"),
        ("LEARNLOOP_SITE_TIMEOUT", "inf"),
        ("LEARNLOOP_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_its_variable_and_what_it_wants(name: str, text: str) -> None:
    (setting,) = [one for one in SETTINGS if one.name == name]
    with pytest.raises(ConfigError) as refused:
        config.load({name: text})
    assert str(refused.value).startswith(f"{name}: ")
    assert repr(text) in str(refused.value)
    assert setting.wants in str(refused.value)


def test_a_short_secret_is_refused_without_being_repeated() -> None:
    with pytest.raises(ConfigError) as refused:
        config.load({"LEARNLOOP_SECRET_KEY": "hunter2"})
    assert "LEARNLOOP_SECRET_KEY" in str(refused.value)
    assert "at least 32 characters" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("url", ["not an address", "mysql://ll:hunter2@db.example.org/ll", "sqlite+unheard:///x.db"])
def test_a_database_that_cannot_serve_is_refused_by_name_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Database(url)
    assert "DATABASE_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_secret_key_of_ones_own_leaves_no_key_file(tmp_path: Path) -> None:
    settings: Settings = config.load({"LEARNLOOP_DATA": str(tmp_path), "LEARNLOOP_SECRET_KEY": KEY})
    assemble(settings).close()
    assert [path.name for path in tmp_path.iterdir()] == ["learnloop.db"]
