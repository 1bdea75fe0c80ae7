"""Reading the environment strictly: a typo or a missing key stops the process with one sentence.

Values come from the environment, else from `var/keys.env` (keys only, written by `make_keys` for
a demo). Nothing here imports Django, because settings read it before Django is ready.
"""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
KEYS_FILE = VAR_DIR / "keys.env"


class Misconfigured(SystemExit):
    """Stops the process; the sentence says which variable to set, and to what."""

    def __init__(self, sentence):
        super().__init__(f"Cannot start: {sentence}")


def text(name, default=None):
    value = os.environ.get(name, "").strip() or _kept_keys().get(name) or default
    if value is None:
        raise Misconfigured(
            f"set {name} in the environment or in {KEYS_FILE}; `manage.py demo` makes keys to try with."
        )
    return value


def flag(name, default=False):
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false"}:
        raise Misconfigured(f"{name} is “{value}”; set it to 1 or 0.")
    return value in {"1", "true"}


def number(name, default):
    value = text(name, str(default))
    if not value.isdecimal():
        raise Misconfigured(f"{name} is “{value}”; set it to a whole number such as {default}.")
    return int(value)


def words(name, default=None):
    """A list from comma-separated text; blanks are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def keyring(name):
    """Named keys `id:secret,id:secret` as an ordered dict: the first is used, all are accepted."""
    keys = {}
    for entry in words(name):
        key_id, separator, secret = entry.partition(":")
        if not separator or not key_id or len(secret) < 32:
            raise Misconfigured(f"{name} must read id:secret[,id:secret], each secret at least 32 characters long.")
        keys[key_id] = secret
    return keys


def make_keys():
    """Write keys of its own for this installation unless they are there; readable by its owner only."""
    if KEYS_FILE.exists():
        return
    KEYS_FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HISTORY_KEYS": f"k1:{secrets.token_hex(32)}",
    }
    descriptor = os.open(KEYS_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Keys of this installation. Keep a copy outside the database's backups.\n")
        file.writelines(f"{name}={value}\n" for name, value in lines.items())


def _kept_keys():
    if not KEYS_FILE.exists():
        return {}
    lines = KEYS_FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
