"""A typo or a missing key stops the process with one sentence that says what to set."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

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
        ("HISTORY_KEYS", "no-separator", "HISTORY_KEYS must read id:secret"),
        ("SITE_URL", "news.example", "set it to the address readers use"),
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


def test_keys_are_kept_in_a_file_only_its_owner_reads(tmp_path):
    make = "from portal import environment; environment.make_keys()"
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", make], env=environment, cwd=settings.BASE_DIR, check=True)
    kept = (tmp_path / "keys.env").read_text()
    subprocess.run([sys.executable, "-c", make], env=environment, cwd=settings.BASE_DIR, check=True)
    assert (tmp_path / "keys.env").read_text() == kept
    assert (tmp_path / "keys.env").stat().st_mode & 0o077 == 0
    assert start(tmp_path) == (0, "")
