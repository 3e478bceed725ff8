"""The secret of a reading room, and the tokens that are made of it."""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cleaners.errors import UnwritableError

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTokens:
    """Three tokens of one secret (HMAC-SHA-256), so that none tells another."""

    secret: bytes = field(repr=False)

    @property
    def access(self) -> str:
        """Of who may come in from other machines, and of programs that clip (``Authorization: Bearer``)."""
        return self._token("access")

    @property
    def form(self) -> str:
        """In every form that writes: whoever sends it has read a page of the room."""
        return self._token("form")

    @property
    def proposal(self) -> str:
        """In the bookmarklet. Pages it is used on can read it: it shows how a page would be kept, and keeps none."""
        return self._token("proposal")

    def _token(self, use: str) -> str:
        return hmac.digest(self.secret, use.encode(), "sha256").hex()[:40]


def same(given: str, token: str) -> bool:
    """Whether a token is the one; takes as long whatever is given."""
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())


def tokens_of(store: Path) -> RoomTokens:
    """The tokens of a store's room, the same each time: ``news.db`` -> ``news.web-token``, for its owner alone.

    Raises ``UnwritableError`` where the file cannot be made.
    """
    path = store.with_suffix(".web-token")
    with suppress(FileExistsError):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise
        except OSError as error:
            raise UnwritableError(
                "{path} cannot be made ({strerror}): give write access to its folder",
                path=path,
                strerror=error.strerror,
            ) from None
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_BYTES))
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        secret = b""
    if len(secret) != _BYTES:
        raise UnwritableError(
            "{path} holds no token that can be read: take it away, the next start makes another", path=path
        )
    return RoomTokens(secret=secret)
