"""Lines that a site repeats on page after page: learned from counts, applied as a first filter.

Only what is the same on every page is furniture, but for the counters of the page itself (阅读 234 次). A sentence that
comes back with other numbers, dates or names is news, also where its words have been the same four times.

Pure functions: the counts live in the store, what was learned comes back as an argument. A line counts once per
cluster of reposts (the same article met ten times repeats all its lines and proves nothing).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleaners.chinese import script
from cleaners.items import Line

_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"[\d〇零一二两三四五六七八九十百千万亿]+")
_COUNTED = (
    r"阅读|浏览|点击|查看|访问|评论|跟帖|回复|回帖|留言|收藏|点赞|转发|分享|推荐|下载|播放|参与|在看|热度|人气|访客|读者|"
    r"views?|reads?|comments?|likes?|hits?|clicks?|shares?"
)
_OWN_COUNTER = re.compile(
    rf"(?=.*(?:{_COUNTED}))(?=.*\d)(?:{_COUNTED}|本文|本页|本帖|该文|此文|文章|网友|网民|您是第|你是第|目前|已有?|已经|被|共有?|总|累计|"
    r"[次人条个位名数量总万亿k+]|[\d.,，]+|[:：/|·()（）\[\]【】])+",
    re.IGNORECASE,
)
# The number of the column that an article stands in. 双色球第2026118期 is news: only what calls itself a column counts.
_SERIAL = re.compile(
    r"[^\W\d_]{0,12}(?:栏目|专栏|专刊|专版|周刊|副刊|特刊|本刊|微刊|会刊|内刊|电子报|数字报)[(（【\[]?总?第"
    r"[\d〇零一二两三四五六七八九十百千]{1,7}期[)）】\]]?"
)
_LETTERS = re.compile(r"[^\W\d_]")
_LONGEST_COUNTER = 30
_EDGE = 3  # characters at the beginning or end by which lines that may differ in one place only are found


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLineSettings:
    """When a repeated line is noise."""

    clusters: int = 4
    """In so many different articles of a site it must stand."""
    share: float = 0.1
    """And in at least this share of the site's articles."""
    most: float = 0.5
    """A page that would lose more of its prose than this keeps it all: then it was the article that was learned."""
    word: int = 8
    """Lines that differ in one place of at most so many characters ..."""
    same: float = 0.6
    """... and share so much of the longer one are one sentence with two names or values: neither is furniture."""
    letters: int = 3
    """Lines with fewer letters are never learned: they say too little to be one thing."""


def key(text: str) -> str:
    """The normalised form under which a line is counted: folded, without white space, the page's own counters as 0.

    >>> key("已有 234 人参与") == key("已有1人参与")
    True
    >>> key("山水昆玉栏目第308期") == key("山水昆玉栏目第三百零九期")
    True
    >>> key("新增储备白菜 144 吨") == key("新增储备白菜 151 吨")
    False
    """
    form = _SPACE.sub("", script.fold(text)).lower()
    if len(form) <= _LONGEST_COUNTER and _SERIAL.fullmatch(form):
        return _NUMBER.sub("0", form)
    return _DIGITS.sub("0", form) if len(form) <= _LONGEST_COUNTER and _OWN_COUNTER.fullmatch(form) else form


def countable(lines: Iterable[Line], settings: SiteLineSettings = SiteLineSettings()) -> dict[str, str]:
    """Key -> the line as it stands, for the lines of one judged page that are worth counting.

    Those are the lines that were kept: what the rules cut anyway need not be learned.
    """
    found: dict[str, str] = {}
    for line in lines:
        if line.verdict == "keep" and len(_LETTERS.findall(line.text)) >= settings.letters:
            found.setdefault(key(line.text), line.text)
    return found


def count(pages: Iterable[tuple[str, Iterable[str]]]) -> Counter[str]:
    """Key -> number of clusters it stands in, from ``(cluster id, keys of one page)``."""
    seen: dict[str, set[str]] = {}
    for cluster, keys in pages:
        seen.setdefault(cluster, set()).update(keys)
    counts: Counter[str] = Counter()
    for keys_of_cluster in seen.values():
        counts.update(keys_of_cluster)
    return counts


def learn(counts: Mapping[str, int], clusters: int, settings: SiteLineSettings = SiteLineSettings()) -> frozenset[str]:
    """The keys that are a site's noise, given in how many of its ``clusters`` each one stands.

    ``counts`` has all lines of the site, so that those are left alone which it has in other forms too.
    """
    enough = max(settings.clusters, settings.share * clusters)
    often = [found for found, times in counts.items() if times >= enough]
    if not often:
        return frozenset()
    forms = Counter(_NUMBER.sub("0", one) for one in counts)
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for one in counts:
        alike["^" + one[:_EDGE]].append(one)
        alike[one[-_EDGE:] + "$"].append(one)
    return frozenset(
        one
        for one in often
        if forms[_NUMBER.sub("0", one)] == 1
        and not any(_differs_in_a_word(one, other, settings) for other in alike["^" + one[:_EDGE]])
        and not any(_differs_in_a_word(one, other, settings) for other in alike[one[-_EDGE:] + "$"])
    )


def _differs_in_a_word(one: str, other: str, settings: SiteLineSettings) -> bool:
    """Whether two different lines are the same but for one short place, as a name, a date or a value takes it."""
    if one == other or abs(len(one) - len(other)) > settings.word:
        return False
    shorter = min(len(one), len(other))
    head = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    tail = next((i for i in range(shorter - head) if one[-1 - i] != other[-1 - i]), shorter - head)
    places = one[head : len(one) - tail], other[head : len(other) - tail]
    return (
        any(_LETTERS.search(place) for place in places)
        and max(map(len, places)) <= settings.word
        and head + tail >= settings.same * max(len(one), len(other))
    )


def met(
    lines: Sequence[Line],
    weights: Sequence[float],
    learned: frozenset[str],
    settings: SiteLineSettings = SiteLineSettings(),
) -> frozenset[int]:
    """Indexes of the lines that were learned, or none when they hold most of the page's prose (``weights``)."""
    if not learned:
        return frozenset()
    found = frozenset(i for i, line in enumerate(lines) if key(line.text) in learned)
    if sum(weights[i] for i in found) > settings.most * sum(weights):
        return frozenset()
    return found
