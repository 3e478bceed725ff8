"""The headline: the line of the page that its head declares, or that stands above the furniture and the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaners.items import Head, Line
from cleaners.metadata import placement
from cleaners.metadata.declared import Declared
from cleaners.metadata.names import is_organisation
from cleaners.metadata.placement import FURNITURE, TITLE_CLASS, Headline, key, without_label

_FOREIGN_PLACE = re.compile(
    r"(?:^|[#.\s_-])(?:nav|menu|crumb|breadcrumb|location|position|footer|foot|aside|sidebar|related?|recommend|"
    r"hot|rank|list|comment|copyright|pager?)"
)
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s*-{2,}\s*|\s+[-–—·丨]\s+|-(?=[^-]{2,20}$)|\s*——(?=[^—]{2,14}$)")
_SITE_WORD = re.compile(r"网|網|频道|頻道|新闻中心|门户|官方|首页|\.com|\.cn|\.net|资讯|News", re.IGNORECASE)
_SHORTENED = re.compile(r"\s*(?:\.{3,}|…+)$")
_REACH = 8


def headline(
    lines: Sequence[Line], texts: Sequence[int], head: Head, declared: Declared, publisher: str | None = None
) -> Headline:
    """Find the headline: a line that agrees with the head, else the line above furniture and text, else the head's."""
    wanted = [(rule, text) for rule, text in declared.titles if len(key(text)) >= 2]
    if head.title:
        wanted.append(("head title", head.title))
    names = tuple(name for _, name in declared.sites) + ((publisher,) if publisher else ())
    return _agreed(lines, wanted) or placement.placed(lines, texts) or _from_head(declared, head, names) or Headline()


def _agreement(text: str, line_key: str, wanted: Sequence[tuple[str, str]], keys: Sequence[str]) -> float:
    """0..1: how well a line is one of the declared titles."""
    best = 0.0
    size = len(line_key)
    for (rule, _), whole in zip(wanted, keys, strict=True):
        if line_key == whole:
            best = max(best, 1.0 if rule != "head title" or size >= 8 else 0.9)
        elif whole.startswith(line_key) and (size >= 8 or size * 2 >= len(whole)):
            best = max(best, 0.9)
        elif size >= 8 and line_key in whole:
            best = max(best, 0.7)
        elif _SHORTENED.search(text) and size >= 8 and whole.startswith(line_key):
            best = max(best, 0.8)
    return best


def _agreed(lines: Sequence[Line], wanted: Sequence[tuple[str, str]]) -> Headline | None:
    keys = [key(text) for _, text in wanted]
    joined = " ".join(text for _, text in wanted)
    best, place = 0.0, -1
    for index, line in enumerate(lines):
        text = without_label(line.text)
        if not 2 <= len(text) <= 150 or not _may_agree(text, joined):
            continue
        line_key = key(text)
        if len(line_key) < 4:
            continue
        agreement = _agreement(text, line_key, wanted, keys)
        if not agreement:
            continue
        score = 4 * agreement + min(len(line_key), 20) / 20 + _setting(lines, index)
        if score > best + 1e-9:
            best, place = score, index
    if place < 0 or best < 3:
        return None
    return _extended(lines, place, wanted, keys)


def _may_agree(text: str, joined: str) -> bool:
    """A cheap look before the exact comparison: two neighbours near the line's beginning stand in the head too."""
    return text[:2] in joined or text[2:4] in joined or text[4:6] in joined


def _setting(lines: Sequence[Line], index: int) -> float:
    """How much the place of a line is that of a headline: heading, class, no link, furniture below."""
    line = lines[index]
    score = {1: 2.0, 2: 1.2, 3: 0.8}.get(line.heading, 0.0)
    near = line.ancestors[-3:]
    if any(TITLE_CLASS.search(step) for step in near[-2:]):
        score += 0.8
    if any(_FOREIGN_PLACE.search(step) for step in near):
        score -= 1.0
    if line.link_share > 0.8:
        score -= 1.5
    if _furniture_below(lines, index):
        score += 1.5
    return score


def _furniture_below(lines: Sequence[Line], index: int) -> bool:
    return any(len(x.text) < 150 and FURNITURE.search(x.text) for x in lines[index + 1 : index + 1 + _REACH])


def _extended(lines: Sequence[Line], place: int, wanted: Sequence[tuple[str, str]], keys: Sequence[str]) -> Headline:
    """Headlines broken over several lines: as far as the head's title goes along."""
    text = without_label(lines[place].text)
    used = [place]
    for follow in range(place + 1, min(place + 4, len(lines))):
        longer = key(text + lines[follow].text)
        if len(longer) == len(key(text)) or not any(whole.startswith(longer) for whole in keys):
            break
        glue = "" if lines[follow].text.startswith("—") else " "
        text = f"{text}{glue}{lines[follow].text}"
        used.append(follow)
    if _SHORTENED.search(text):
        begun = key(text)
        text = next(
            (t for (rule, t), k in zip(wanted, keys, strict=True) if rule != "head title" and k.startswith(begun)), text
        )
    return Headline(text=text, lines=tuple(used), rule="line agrees with head")


def _from_head(declared: Declared, head: Head, names: tuple[str, ...]) -> Headline | None:
    for rule, text in (*declared.titles, ("head title", head.title)):
        found = without_site(" ".join(text.split()), names)
        if found and key(found) not in {key(name) for name in names}:
            return Headline(text=found, rule=rule)
    return None


def without_site(text: str, names: Sequence[str] = ()) -> str:
    """A declared title without the names of columns and of the site at its end.

    >>> without_site("小城建成新图书馆_要闻_某某新闻网")
    '小城建成新图书馆'
    """
    cuts = [(m.start(), m.end()) for m in _SEPARATOR.finditer(text)]
    known = {key(name) for name in names}
    end = len(text)
    for start, after in reversed(cuts):
        last = text[after:end].strip()
        sure = text[start:after].strip() in ("_", "|", "｜", "--") or key(last) in known
        if start >= 6 and (sure or is_organisation(last) or _SITE_WORD.search(last)) and len(last) <= 40:
            end = start
        else:
            break
    return text[:end].strip(" _-|｜—")
