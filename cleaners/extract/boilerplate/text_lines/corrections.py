"""Where the segmenter's body ends too early or too late: habits of Chinese pages that weights alone do not tell.

Each function takes the states of a page and returns them, corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cleaners.extract.boilerplate.text_lines.crf import State
from cleaners.extract.boilerplate.text_lines.line_stats import LineStats
from cleaners.metadata.dates import CLOCK, SIGN, SIGNED_DAY
from cleaners.metadata.labels import DOCUMENT_NUMBER

_CLOCK = re.compile(CLOCK)
_ISSUED = re.compile(r"^[(](?:此件|此文)?(?:主动|依申请|不予)?公开(?:发布|方式.{2,8})?[)]$")
_SHORT_NUMBER = 24
_MOST_HEADLINES = 5
_MOST_BULLETS = 20
_SIGNATURE = 5
_ITEM, _NUMBERED_ITEM = 12, 30
"""Tokens of an item of a list at most."""
_ITEM_NUMBER = re.compile(
    r"^(?:[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)、.:]|[一二三四五六七八九十]{1,2}[是要]|[①-⑳])\s?"
)


def _end(states: Sequence[State]) -> int:
    """Index of the last line of the body, -1 without one."""
    return max((i for i, state in enumerate(states) if state == "body"), default=-1)


def _is_paragraph(shape: LineStats) -> bool:
    return shape.prose and not shape.rules


def extend_over_related_list(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """A short list of related headlines in the middle does not end a body whose paragraphs go on in the same layout."""
    out = list(states)
    while (last := _end(out)) >= 0 and last + 1 < len(shapes):
        heading = shapes[last + 1]
        if not any(rule.noise == "related" and rule.reach == "below" for rule in heading.rules):
            return out
        after = last + 2
        while (
            after < len(shapes)
            and after - last <= _MOST_HEADLINES + 1
            and not (shapes[after].prose or shapes[after].rules)
        ):
            after += 1
        end = after
        while end < len(shapes) and _is_paragraph(shapes[end]) and shapes[end].layout == shapes[last].layout:
            end += 1
        if after == last + 2 or end - after < 2:
            return out
        out[last + 1 : after] = ["hole"] * (after - last - 1)
        out[after:end] = ["body"] * (end - after)
    return out


def extend_paragraphs(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """Nothing ends a body between two paragraphs that are laid out alike: what ends it says so, or is no paragraph."""
    out, last = list(states), _end(states)
    if last < 0 or not shapes[last].prose:
        return out
    end = last + 1
    while end < len(shapes) and _is_paragraph(shapes[end]) and shapes[end].layout[1:] == shapes[last].layout[1:]:
        end += 1
    out[last + 1 : end] = ["body"] * (end - last - 1)
    return out


def extend_signature(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """A notice ends with who signed it and the day, each in a line of its own, attachments before them."""
    out, last = list(states), _end(states)
    if last < 0:
        return out
    for i in range(last + 1, min(last + 1 + _SIGNATURE, len(shapes))):
        this = shapes[i]
        if SIGNED_DAY.match(this.text):
            end = i + 1
            if end < len(shapes) and _ISSUED.match(shapes[end].text):
                end += 1
            out[last + 1 : end] = ["body"] * (end - last - 1)
            return out
        if this.below or this.size > 30:
            return out
    return out


def extend_bullets(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """A body does not end in a colon: the items of the list that it announces belong to it."""
    out, last = list(states), _end(states)
    if last < 0 or not shapes[last].text.endswith((":", "：")):
        return out
    end = last + 1
    while end < len(shapes) and end - last <= _MOST_BULLETS and shapes[end].bullet and not shapes[end].rules:
        end += 1
    out[last + 1 : end] = ["body"] * (end - last - 1)
    return out


def extend_labelled_list(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """A body does not end inside of a list: below a label go its short items, and the paragraphs that follow them."""
    out, last = list(states), _end(states)
    label = last
    while label > 0 and not shapes[label - 1].prose:
        label -= 1
    if last < 1 or label < 1 or shapes[last].prose or not all(_is_item(shapes[i]) for i in range(label, last + 1)):
        return out
    end = last + 1
    while end < len(shapes) and end - label <= _MOST_BULLETS and _is_item(shapes[end]):
        if shapes[end].layout[:2] != shapes[last].layout[:2]:
            return out
        end += 1
    goes_on = (
        end < len(shapes) and _is_paragraph(shapes[end]) and shapes[end].layout[1:] == shapes[label - 1].layout[1:]
    )
    if goes_on or end == len(shapes):
        end += goes_on
        out[last + 1 : end] = ["body"] * (end - last - 1)
    return out


def _is_item(shape: LineStats) -> bool:
    """The label of a list or one of its items, not the headline of another article or a signature."""
    bare = _ITEM_NUMBER.sub("", shape.text)
    short = 0 < shape.size <= (_NUMBERED_ITEM if bare != shape.text else _ITEM)
    return (
        short and not shape.prose and not shape.rules and not SIGN.search(shape.text) and shape.text[-1] not in ")）】]"
    )


def begin_with_number(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """A notice begins with its number, which stands directly above whom it calls or its first paragraph."""
    out = list(states)
    first = next((i for i, state in enumerate(out) if state == "body"), 0)
    if first and len(shapes[first - 1].text) <= _SHORT_NUMBER and DOCUMENT_NUMBER.search(shapes[first - 1].text):
        out[first - 1] = "body"
    return out


def cut_appended_article(states: Sequence[State], shapes: Sequence[LineStats]) -> list[State]:
    """Another article is appended: a headline, a line with date and clock, and paragraphs, after paragraphs."""
    out = list(states)
    body = [i for i, state in enumerate(states) if state == "body"]
    if not body:
        return out
    for i in body:
        told = sum(shapes[j].prose for j in body if j < i)
        dated = any(rule.noise == "source line" and rule.reach == "above" for rule in shapes[i].rules)
        if (
            told < 2
            or not dated
            or not _CLOCK.search(shapes[i].text)
            or not any(s.prose for s in shapes[i + 1 : i + 3])
        ):
            continue
        headline = shapes[i - 1]
        if headline.prose or headline.closed or headline.rules or not 6 <= headline.size <= 40:
            continue
        out[i - 1 :] = ["below"] * (len(out) - i + 1)
        return out
    return out


Correction = Callable[[Sequence[State], Sequence[LineStats]], list[State]]
CORRECTIONS: tuple[Correction, ...] = (
    extend_labelled_list,
    extend_paragraphs,
    extend_over_related_list,
    extend_bullets,
    extend_signature,
    begin_with_number,
    cut_appended_article,
)
"""In the order they are applied."""
