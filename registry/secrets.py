"""Tokens are kept encrypted, and links signed, under keys that can be rotated."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """None of the keys opens what is stored."""


class Keys:
    """Seals with the first key, opens with any of them.

    keys: Fernet keys, newest first. Raises ValueError where one is no Fernet key.
    """

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._keys = keys

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unreadable from error

    def opens(self, sealed: str) -> bool:
        """Whether one of the keys opens it."""
        try:
            self.open(sealed)
        except Unreadable:
            return False
        return True

    def sign(self, text: str) -> str:
        """22 signs that only who holds the key can make; the same each time."""
        return _signature(self._keys[0], text)

    def signed(self, text: str, signature: str) -> bool:
        """Whether one of the keys made that signature."""
        given = signature.encode()
        return any(hmac.compare_digest(_signature(key, text).encode(), given) for key in self._keys)

    def rotate(self, sealed: str) -> str:
        """The same secret under the newest key."""
        return self._fernet.rotate(sealed.encode()).decode()


def _signature(key: str, text: str) -> str:
    made = hmac.digest(f"signature:{key}".encode(), text.encode(), hashlib.sha256)
    return urlsafe_b64encode(made[:16]).decode().rstrip("=")
