"""What somebody may have meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

_CLOSE, _OTHERS = 3, 5


def meant(asked: str, known: Sequence[str]) -> str:
    """A hint for a name that does not exist: those that are spelt most like it, else the first of the known ones.

    >>> meant("Corpsu", ["corpus", "news"]), meant("x", ["corpus", "news"]), meant("x", [])
    ('did you mean corpus?', 'there are: corpus, news', 'there are none')
    """
    spelt = {name.casefold(): name for name in known}
    if close := get_close_matches(asked.casefold(), spelt, _CLOSE):
        return f"did you mean {', '.join(spelt[name] for name in close)}?"
    if not known:
        return "there are none"
    return f"there are: {', '.join(known[:_OTHERS])}{' ...' if len(known) > _OTHERS else ''}"
