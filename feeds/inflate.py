"""Unpacks a compressed answer as it arrives, and never past a limit."""

import zlib

_EITHER = 47  # a gzip or a zlib header, whichever comes (zlib's wbits, 15 + 32)
_HEADLESS = -15  # "deflate" as some servers send it, with no header at all
_KNOWN = {"": None, "identity": None, "gzip": _EITHER, "x-gzip": _EITHER, "deflate": _EITHER}


class TooLarge(Exception):
    """The whole would not fit in the limit."""


class Broken(Exception):
    """What came cannot be unpacked; `words` is a sentence for a network admin."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Inflater:
    """Takes chunks of one body in the given Content-Encoding, at most `most` bytes unpacked."""

    def __init__(self, encoding: str, most: int) -> None:
        name = encoding.strip().lower()
        if name not in _KNOWN:
            raise Broken("That address sends its answer packed in a way we cannot open.")
        self._unpack = None if _KNOWN[name] is None else zlib.decompressobj(_EITHER)
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        """Raises TooLarge at the limit, having unpacked one byte more than it at most."""
        while chunk:
            part, chunk = self._next(chunk)
            self._size += len(part)
            if self._size > self._most:
                raise TooLarge
            self._parts.append(part)

    def whole(self) -> bytes:
        """The body; raises Broken where it ended too early."""
        if self._unpack is not None and self._parts and not self._unpack.eof:
            raise Broken("The answer from that address broke off. Try again later.")
        return b"".join(self._parts)

    def _next(self, chunk: bytes) -> tuple[bytes, bytes]:
        """What part of the chunk unpacks to, and what of it is still to be unpacked."""
        if self._unpack is None:
            return chunk, b""
        if self._unpack.eof:  # the next of several gzip members
            self._unpack = zlib.decompressobj(_EITHER)
        room = self._most - self._size + 1
        try:
            part = self._unpack.decompress(chunk, room)
        except zlib.error:
            self._unpack, part = self._headless(chunk, room)
        return part, self._unpack.unconsumed_tail or self._unpack.unused_data

    def _headless(self, chunk: bytes, room: int) -> tuple["zlib._Decompress", bytes]:
        unpack = zlib.decompressobj(_HEADLESS)
        try:
            if not self._parts:
                return unpack, unpack.decompress(chunk, room)
        except zlib.error:
            pass
        raise Broken("The answer from that address is damaged.")
