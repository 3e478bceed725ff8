"""What somebody may have meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

_CLOSE, _OTHERS = 3, 5


def meant(asked: str, known: Sequence[str]) -> str:
    """A hint for a name that does not exist: those that are meant most likely, else all there are, the likest first.

    >>> meant("Corpsu", ["corpus", "news"]), meant("x", ["corpus", "news"]), meant("x", [])
    ('did you mean corpus?', 'there are: corpus, news', 'there are none')
    """
    spelt = {name.casefold(): name for name in known}
    if close := get_close_matches(asked.casefold(), spelt, _CLOSE):
        return f"did you mean {', '.join(spelt[name] for name in close)}?"
    if not known:
        return "there are none"
    likeness = {name: SequenceMatcher(None, asked.casefold(), name.casefold()).ratio() for name in known}
    others = sorted(likeness, key=lambda name: -likeness[name])[:_OTHERS]
    return f"there are: {', '.join(others)}{' ...' if len(known) > _OTHERS else ''}"
