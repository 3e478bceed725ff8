"""Texts and addresses as the formats that leave the house can hold them: shown as they stand, and nothing more."""

from __future__ import annotations

import re

# Signs that Markdown would read as markup: anywhere, and at the beginning of a line (CommonMark 0.31, 2.4 and 4).
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~]|&(?=#?\w+;)")
_ORDERED = re.compile(r"(?m)^(\s*\d+)([.)])(?=\s|$)")
_BULLET = re.compile(r"(?m)^(\s*)([-+=])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
# What ends the address of an image in Markdown, or begins something else.
_IN_ADDRESS = {ord(char): f"%{ord(char):02X}" for char in ' ()<>\\"`\n\r\t'}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands: no markup, no HTML, no entities.

    >>> escaped("[a](javascript:b) <b> AT&T")
    '\\\\[a\\\\](javascript:b) \\\\<b\\\\> AT&T'
    """
    text = _MARKUP.sub(lambda sign: "\\" + sign.group(), text)
    text = _ORDERED.sub(r"\1\\\2", text)
    return _BULLET.sub(r"\1\\\2", text)


def image_address(url: str) -> str:
    """The address of an image as it stands in Markdown."""
    return _ENTITY.sub("&amp;", url.translate(_IN_ADDRESS))


def xml_text(text: str) -> str:
    """A text that XML can hold: what it cannot is U+FFFD.

    >>> xml_text("a\\x00b")
    'a\\ufffdb'
    """
    return _NO_XML.sub("\ufffd", text)
