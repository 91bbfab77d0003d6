"""Secrets at rest: what is stored of a credential is encrypted with ``SECRET_KEY``."""

import base64
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import make_url

from bot.errors import UnavailableError

NO_KEY_FILE = "The file {file} cannot be made or read: give SECRET_KEY, or let Threadline write there."
# Of a Fernet key, in bytes.
_KEY_BYTES = 32
# Another use of SECRET_KEY would have another name, and so another key.
_PURPOSE = b"threadline: credentials at rest"


class WrongKeyError(Exception):
    """What is stored was encrypted with a key that is not there (any more)."""


class Vault:
    """Encrypts and decrypts.

    Args:
        keys: texts of enough randomness. The first encrypts, any decrypts.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_fernet_key(key)) for key in keys])

    def lock(self, secret: str) -> str:
        """Return a secret encrypted."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unlock(self, locked: str) -> str:
        """Return a secret that ``lock`` encrypted.

        Raises:
            WrongKeyError: with a key that we do not have.
        """
        try:
            return self._fernet.decrypt(locked).decode()
        except InvalidToken:
            # The context would say nothing more.
            raise WrongKeyError from None


def open_vault(secret_key: str | None, database_url: str) -> Vault:
    """Return the vault of this ``SECRET_KEY``; None: of the key in a file beside SQLite's own, made if need be.

    Raises:
        UnavailableError: the file cannot be made or read.
    """
    if secret_key is not None:
        return Vault(split_keys(secret_key))
    file = Path(str(make_url(database_url).database)).with_suffix(".key")
    try:
        return Vault([kept_key(file)])
    except OSError as error:
        raise UnavailableError(NO_KEY_FILE.format(file=file)) from error


def split_keys(secret_key: str) -> list[str]:
    """Return the keys of a comma-separated list."""
    return [key.strip() for key in secret_key.split(",") if key.strip()]


def kept_key(file: Path) -> str:
    """Return the key in a file that only its owner may read, made now if it is not there.

    Raises:
        OSError: it cannot be made or read.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:  # noqa: PTH123 - Path.open takes no mode for the file
            made.write(secrets.token_urlsafe(_KEY_BYTES))
            made.flush()
            os.fsync(made.fileno())
        try:
            # Two that start at once take the key of whoever comes first; neither reads half of one.
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return file.read_text("ascii").strip()


def _fernet_key(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
