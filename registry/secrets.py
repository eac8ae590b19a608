"""Tokens are kept encrypted, under keys that can be rotated."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """None of the keys opens what is stored."""


class Keys:
    """Seals with the first key, opens with any of them.

    keys: Fernet keys, newest first. Raises ValueError where one is no Fernet key.
    """

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unreadable from error

    def rotate(self, sealed: str) -> str:
        """The same secret under the newest key."""
        return self._fernet.rotate(sealed.encode()).decode()
