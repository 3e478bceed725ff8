"""What a person means by the name of a region."""

from __future__ import annotations

from difflib import get_close_matches

from cleaners.chinese.regions.gazetteer import load_gazetteer
from cleaners.chinese.script import fold
from cleaners.errors import UsageError

_OFFERED = 5


def named(text: str) -> str:
    """The path of a region by any of its names, in either script, alone or with those above it.

    Raises UsageError for a name that no region has, and for one that several have; both say what to write instead.

    >>> named("阿克蘇地區"), named("新疆维吾尔自治区/喀什")
    ('新疆/阿克苏', '新疆/喀什')
    """
    places = load_gazetteer()
    *above, last = fold(text).strip("/ ").split("/")
    codes = {name.code for name in places.names.get(last, ()) if name.code in places.shorts}
    codes |= {code for code, short in places.shorts.items() if short == last}
    for name in above:
        outer = {meaning.code for meaning in places.names.get(name, ())}
        codes = {code for code in codes if outer & {code, *places.ancestors(code)}}
    # 吉林 is the province before it is the city in it.
    widest = {code for code in codes if not codes & set(places.ancestors(code))}
    paths = sorted({places.path(code) for code in widest})
    if not paths:
        close = get_close_matches(last, places.names, 3, 0.5)
        if not close:
            raise UsageError("no region of China is called {text}: `jianbao stats` lists those of the store", text=text)
        raise UsageError(
            "no region of China is called {text}: did you mean {names}?", text=text, names=", ".join(close)
        )
    if len(paths) > 1:
        more = " ..." if len(paths) > _OFFERED else ""
        raise UsageError(
            "several regions are called {text}: name one of them: {names}{more}",
            text=text,
            names=", ".join(paths[:_OFFERED]),
            more=more,
        )
    return paths[0]
