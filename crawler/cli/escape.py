"""What a terminal is given: text, and no commands.

A page may say anything, the control characters included by which a terminal is given a title, cleared, or made to type
(ECMA-48). Files and pipes get them as they are, a person sees them escaped.
"""

from __future__ import annotations

import io
import re
import sys

# The colours of rich are commands too, and the only ones that we give ourselves.
_COMMAND = re.compile("(\x1b\\[[0-9;]*m)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class EscapedStream(io.TextIOWrapper):
    """A terminal that text is written to."""

    def write(self, text: str) -> int:
        """Write text; commands in it are shown."""
        return super().write(plain(text))


def plain(text: str) -> str:
    r"""The text with its control characters escaped.

    >>> plain("渡口\x1b]0;新码头\x07")
    '渡口\\x1b]0;新码头\\x07'
    """
    return _COMMAND.sub(lambda found: found[1] or f"\\x{ord(found[0]):02x}", text)


def guard() -> None:
    """Let standard output, where it is a terminal, be a :class:`EscapedStream`."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.isatty():
        encoding, errors = sys.stdout.encoding, sys.stdout.errors
        sys.stdout = EscapedStream(sys.stdout.detach(), encoding=encoding, errors=errors, line_buffering=True)
