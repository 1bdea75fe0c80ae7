"""Reading the environment strictly: a typo or a missing key stops the process with one sentence.

Values come from the environment, else from `var/keys.env` (keys only, written by `make_keys` for
a demo). Nothing here needs Django's settings, because they are made of what it reads. What may hold a
password or a key is never repeated in a sentence: those end up in logs.
"""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", "").strip() or BASE_DIR / "var")
KEYS_FILE = VAR_DIR / "keys.env"
LONGEST_KEY_ID = 20  # what AuditEvent.key_id holds
# A host as browsers send it (IDNs as xn--…), and perhaps a port.
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
DATABASE_SCHEMES = {"postgres", "postgresql", "sqlite"}
CACHE_SCHEMES = {"redis", "rediss", "filecache", "locmemcache", "dummycache"}
EMAIL_SCHEMES = {"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail"}


class ConfigurationError(SystemExit):
    """Stops the process; the sentence says which variable to set, and to what."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Cannot start: {sentence}")


def text(name: str, default: str | None = None) -> str:
    """Return a variable, from the environment or else from the stored keys. Without a default it must be set."""
    value = os.environ.get(name, "").strip() or _stored_keys().get(name) or default
    if value is None:
        raise ConfigurationError(
            f"set {name} in the environment or in {KEYS_FILE}; `manage.py demo` makes keys to try with."
        )
    return value


def boolean(name: str, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false"}:
        raise ConfigurationError(f"{name} is “{value}”; set it to 1 or 0.")
    return value in {"1", "true"}


def integer(name: str, default: int) -> int:
    """Return a whole number, 0 or more."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ConfigurationError(f"{name} is “{value}”; set it to a whole number such as {default}.")
    return int(value)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ConfigurationError(f"{name} is “{value}”; set it to one of {', '.join(choices)}.")
    return value


def comma_separated(name: str) -> list[str]:
    """Return the entries of comma-separated text, at least one; blank entries are dropped."""
    entries = _entries(text(name))
    if not entries:
        raise ConfigurationError(f"{name} has commas and nothing between them; put at least one key there.")
    return entries


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return addresses and networks from comma-separated text, none by default."""
    try:
        return [ip_network(entry) for entry in _entries(text(name, ""))]
    except ValueError:
        raise ConfigurationError(f"{name} must be addresses or networks such as 10.0.0.5,192.168.7.0/24.") from None


def keyring(name: str) -> dict[str, str]:
    """Return named keys, `id:secret,id:secret`, in their order: the first is used, all are accepted."""
    keys: dict[str, str] = {}
    for entry in comma_separated(name):
        key_id, separator, secret = entry.partition(":")
        if not separator or not key_id or len(secret) < 32:
            raise ConfigurationError(
                f"{name} must read id:secret[,id:secret], each secret at least 32 characters long."
            )
        if len(key_id) > LONGEST_KEY_ID:
            raise ConfigurationError(f"{name} has an id of more than {LONGEST_KEY_ID} characters; make it shorter.")
        if key_id in keys:
            raise ConfigurationError(f"{name} has the id “{key_id}” twice; give each key an id of its own.")
        keys[key_id] = secret
    return keys


def origin(name: str, default: str) -> str:
    """Return where readers find the site: scheme, host, perhaps a port, and nothing more."""
    value = text(name, default).rstrip("/").lower()
    try:
        is_valid = bool(ORIGIN.fullmatch(value)) and urlsplit(value).port != 0  # no port of 65536 or more either
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ConfigurationError(
            f"{name} is “{value}”; set it to the address readers use, without a path, such as https://news.example."
        )
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of a database; SQLite or PostgreSQL, because the tests run on these two."""
    with _server_url(name, default, DATABASE_SCHEMES, "postgres://user:password@host:5432/name") as url:
        config: dict[str, Any] = Env.db_url_config(url)
        if not config["NAME"]:
            raise ValueError
    return config


def cache(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of a cache."""
    with _server_url(name, default, CACHE_SCHEMES, "redis://host:6379/1") as url:
        config: dict[str, Any] = Env.cache_url_config(url)
        if "redis" in config["BACKEND"]:
            _ = urlsplit(url).port  # ValueError unless it is one
    return config


def email(name: str, default: str) -> dict[str, Any]:
    """Return Django's EMAIL_… settings."""
    with _server_url(name, default, EMAIL_SCHEMES, "smtp+tls://user:password@host:587") as url:
        config: dict[str, Any] = Env.email_url_config(url)
        if "smtp" in url.partition(":")[0] and not config["EMAIL_HOST"]:
            raise ValueError
    return config


@contextmanager
def _server_url(name: str, default: str, schemes: Collection[str], example: str) -> Iterator[str]:
    """Yield a server's URL; a ValueError raised inside becomes a sentence that repeats nothing of the URL."""
    url = text(name, default)
    try:
        scheme, separator, _rest = url.partition("://")
        if not separator or scheme not in schemes:
            raise ValueError
        yield url
    except ValueError:
        raise ConfigurationError(f"{name} cannot be read; set it to an address such as {example}.") from None


def ensure_directory(path: Path) -> Path:
    """Make a directory under VAR_DIR unless it is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ConfigurationError(f"{path} cannot be made; set VAR_DIR to a folder this process may write to.") from None
    return path


def make_keys() -> None:
    """Write keys for this installation, readable by their owner only, unless there are some."""
    if KEYS_FILE.exists():
        return
    ensure_directory(VAR_DIR)
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HISTORY_KEYS": f"k1:{secrets.token_hex(32)}",
    }
    descriptor = os.open(KEYS_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Keys of this installation. Keep a copy outside the database's backups.\n")
        file.writelines(f"{name}={value}\n" for name, value in lines.items())


def _stored_keys() -> dict[str, str]:
    try:
        lines = KEYS_FILE.read_text(encoding="utf-8").splitlines() if KEYS_FILE.exists() else []
    except OSError:
        raise ConfigurationError(f"{KEYS_FILE} cannot be read; start as its owner or set another VAR_DIR.") from None
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, value in pairs}


def _entries(comma_separated_text: str) -> list[str]:
    return [entry.strip() for entry in comma_separated_text.split(",") if entry.strip()]
