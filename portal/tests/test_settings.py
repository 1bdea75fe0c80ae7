"""A typo or a missing key stops the process with one sentence that says what to set."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.wide

COMPLETE = {
    "SECRET_KEY": "s" * 50,
    "DATA_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=",
    "HISTORY_KEYS": "k1:" + "h" * 64,
}


def start(tmp_path, **environment):
    """Import the settings in a process of its own; return (exit status, what it said)."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment}
    command = [sys.executable, "-c", "import portal.settings"]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
    return done.returncode, done.stderr.strip()


def test_complete_settings_start(tmp_path):
    assert start(tmp_path, **COMPLETE) == (0, "")


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_key_is_named(tmp_path, name):
    status, said = start(tmp_path, **{key: value for key, value in COMPLETE.items() if key != name})
    assert status == 1
    assert said.startswith(f"Cannot start: set {name} ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "ture", "DEBUG is “ture”; set it to 1 or 0."),
        ("DATA_KEYS", "short", "DATA_KEYS must be Fernet keys"),
        ("DATA_KEYS", ",", "DATA_KEYS has commas and nothing between them"),
        ("HISTORY_KEYS", " , ,", "HISTORY_KEYS has commas and nothing between them"),
        ("HISTORY_KEYS", "no-separator", "HISTORY_KEYS must read id:secret"),
        ("HISTORY_KEYS", f"{'k' * 21}:{'h' * 64}", "an id of more than 20 characters"),
        ("HISTORY_KEYS", f"k1:{'h' * 64},k1:{'i' * 64}", "the id “k1” twice"),
        ("SITE_URL", "news.example", "set it to the address readers use"),
        ("SITE_URL", "https://news.example:abc", "set it to the address readers use"),
        ("SITE_URL", "https://news.example:99999", "set it to the address readers use"),
        ("SITE_URL", "https://news.example/portal", "without a path"),
        ("SITE_URL", "https://news.example?x", "without a path"),
        ("SITE_URL", "https://someone@news.example", "set it to the address readers use"),
        ("SITE_URL", "https://cło.example", "set it to the address readers use"),
        ("SITE_URL", "http://[::1", "set it to the address readers use"),
        ("PORT", "99999", "set it to the address readers use"),
        ("DATABASE_URL", "postgres", "DATABASE_URL cannot be read; set it to an address such as postgres://"),
        ("DATABASE_URL", "mysql://user@host/name", "DATABASE_URL cannot be read"),
        ("DATABASE_URL", "postgres://user@host:abc/name", "DATABASE_URL cannot be read"),
        ("DATABASE_URL", "postgres://user@host", "DATABASE_URL cannot be read"),
        ("CACHE_URL", "/var/cache", "CACHE_URL cannot be read; set it to an address such as redis://"),
        ("CACHE_URL", "memcache://host:11211", "CACHE_URL cannot be read"),
        ("CACHE_URL", "redis://host:abc/1", "CACHE_URL cannot be read"),
        ("EMAIL_URL", "mail.example", "EMAIL_URL cannot be read; set it to an address such as smtp+tls://"),
        ("EMAIL_URL", "smtp+tls://user@host:abc", "EMAIL_URL cannot be read"),
        ("EMAIL_URL", "smtp+tls://", "EMAIL_URL cannot be read"),
        ("TRUSTED_PROXIES", "10.0.0.5,nginx", "TRUSTED_PROXIES must be addresses or networks"),
        ("TRUSTED_PROXIES", "10.0.0.5/24", "TRUSTED_PROXIES must be addresses or networks"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is “LOUD”; set it to one of DEBUG, INFO"),
        ("VAR_DIR", "/dev/null/var", "set VAR_DIR to a folder this process may write to"),
        ("TIME_ZONE", "Brussels", "set it to a name such as Europe/Warsaw"),
        ("LANGUAGE_CODE", "xx", "set it to one of"),
        ("MODERATORS_DIGEST_MINUTES", "often", "set it to a whole number"),
    ],
)
def test_a_typo_is_named_with_what_to_set(tmp_path, name, value, sentence):
    status, said = start(tmp_path, **COMPLETE | {name: value})
    assert status == 1
    assert sentence in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://user:top-secret@host:abc/name"),
        ("EMAIL_URL", "smtp://user:top-secret@host:abc"),
        ("HISTORY_KEYS", f"top-secret{'h' * 64}:{'i' * 64}"),
    ],
)
def test_what_may_hold_a_password_is_not_repeated(tmp_path, name, value):
    status, said = start(tmp_path, **COMPLETE | {name: value})
    assert status == 1
    assert "top-secret" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "https://News.example:8443/"),
        ("SITE_URL", "http://[2001:db8::1]:8000"),
        ("DATABASE_URL", "postgres:///name?sslmode=require"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("CACHE_URL", "rediss://:password@host:6379/1"),
        ("EMAIL_URL", "smtp+tls://user:password@host:587"),
        ("TRUSTED_PROXIES", "127.0.0.1, 10.0.7.0/24,2001:db8::/32"),
    ],
)
def test_what_is_right_starts(tmp_path, name, value):
    assert start(tmp_path, **COMPLETE | {name: value}) == (0, "")


def test_keys_that_may_not_be_read_are_named(tmp_path):
    (tmp_path / "keys.env").mkdir()  # root may read every file, so a folder stands in for one that is locked
    status, said = start(tmp_path, **COMPLETE)
    assert (status, said.count("\n")) == (1, 0)
    assert "keys.env cannot be read" in said


def test_keys_are_kept_in_a_file_only_its_owner_reads(tmp_path):
    make = "from portal import env; env.make_keys()"
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", make], env=environment, cwd=settings.BASE_DIR, check=True)
    kept = (tmp_path / "keys.env").read_text()
    subprocess.run([sys.executable, "-c", make], env=environment, cwd=settings.BASE_DIR, check=True)
    assert (tmp_path / "keys.env").read_text() == kept
    assert (tmp_path / "keys.env").stat().st_mode & 0o077 == 0
    assert start(tmp_path) == (0, "")
