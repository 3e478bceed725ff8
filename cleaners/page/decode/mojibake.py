"""Text that was decoded in a wrong charset and saved as UTF-8: read back where the way back is clear.

A whole page may be misread, or only what a database gave it: its title, a paragraph. So each stretch between tags and
line breaks is judged by itself, on pages that look suspicious. What comes back must read like running text, and far
better than what was there; what is misread twice is tried twice.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cleaners.characters import HAN
from cleaners.page.decode.misreadings import MISREADINGS, Misreading
from cleaners.page.decode.readability import score

# What single-byte charsets show for bytes beyond ASCII: two of them side by side are rare in any language's prose that
# a Chinese page quotes. Quotation marks and dashes are left out, of which Chinese sets two as well.
_LETTERS = (
    "\x80-\x9f\xa1-\xac\xae-\xb6\xb8-\u024f\u02c6\u02dc\u0370-\u045f\u0e01-\u0e5b\u2320\u2321\u2500-\u259f\uff61-\uff9f"
)
_TWO_LETTERS = re.compile(f"[{_LETTERS}]{{2}}")
# What ，。 and the characters of every second sentence become: of UTF-8 in GBK, Big5 and Shift JIS, of GBK in
# Big5. None of them is met in running text.
_SIGNS = ("锛", "銆", "嚗", "ㄛ", "竊", "锟斤拷")
# Words of a menu of languages. What Cyrillic charsets show for Chinese in UTF-8 has signs between its letters, for two
# of a character's three bytes are none.
_RUSSIAN = re.compile(f"(?<![{_LETTERS}])[\u0410-\u044f\u0401\u0451]{{2,}}(?![{_LETTERS}])")
# U+FFFD itself, in UTF-8, read in Latin-1, GBK and Korean; who speaks of it sets it in quotes.
_LOST_AND_MISREAD = re.compile("(?<![“‘「『\"'])(?:ï¿½|锟斤拷|占쏙옙)+")
_USUAL = ("的", "，", "。", "、")
# A decoder that shows unassigned pairs of GBK as private-use characters loses the byte 80 alone, read as € by others.
_PRIVATE = re.compile("[\ue000-\ue765]")
_BYTE_80 = re.compile(rf"(?<=[{HAN}\ue000-\ue765])\ufffd(?=[{HAN}\ue000-\ue765])")
_SEGMENT = re.compile(r"[^<>\r\n]+")
_SPACE_OR_MARK = re.compile(r"([\s，。：；！？、“”‘’《》（）【】〔〕|·—_-]+)")
_HAN = re.compile(f"[{HAN}]")
_WIDE = re.compile(f"[{HAN}\u3001-\u30ff\uff01-\uff5e]")
_WIDE_RUN = re.compile(f"([{HAN}\u3001-\u30ff\uff01-\uff5e]+)")
_HAN_OR_KANA = re.compile(f"[{HAN}\u3001-\u312f\ue000-\uf8ff\uff01-\uff9f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_DEEPEST = 3  # how often a text was misread
_FEWEST_HAN = 30  # of a page, from which on not one of the usual characters is odd


@dataclass(frozen=True, slots=True, kw_only=True)
class MojibakeRepair:
    """A text after it was read back."""

    text: str
    """The text; U+FFFD where a character is lost."""
    segments: int
    """How many stretches between tags and line breaks were read back."""


_Way = tuple[Misreading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    way: _Way
    """The misreadings that were undone, none where it stayed as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Acceptance:
    """What a stretch must have to be read back."""

    checked: int
    """Chinese characters and marks, where the bytes are valid in a charset that checks them."""
    guessed: int
    """The same in any other charset, from single bytes."""
    swapped: int
    """The same where Chinese characters become others."""
    readable: float
    """Weight (0..1, see ``readability.score``) of what was guessed."""
    han: float
    """Share of Chinese in what stands beyond ASCII, where it became other Chinese: no Russian, no readings."""


_STRICT = _Acceptance(checked=2, guessed=3, swapped=8, readable=0.6, han=0.8)
_LENIENT = _Acceptance(
    checked=1, guessed=1, swapped=2, readable=0.35, han=0.5
)  # where the same misreading was found before
_MOST_LOST, _MOST_LOST_GUESSED = 0.35, 0.05  # share of the characters
_FEWEST_BESIDE_LOST = 4
_VALID = 0.3  # weight of what a charset checked
_BYTES_BEYOND_ASCII = 1.5  # for each character: two, less what extensions of the charsets take of ASCII
_WAYS_KEPT = 3
_GAIN, _WORST = 0.3, 0.5  # of weight, where Chinese characters become others, and what those may weigh at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What of a page may be misread."""

    letters: bool
    """Whether it has what single-byte charsets show for the bytes of Chinese."""
    swapped: bool
    """Whether it has what Chinese becomes in another charset of Chinese or Japanese."""

    def __bool__(self) -> bool:
        return self.letters or self.swapped


def suspicion(texts: Iterable[str], titles: Iterable[str]) -> Suspicion:
    """A cheap look at what a page shows, and at its titles, which have no marks, more closely."""
    shown = "\n".join(texts)
    headings = "\n".join(titles)
    swapped = (
        any(sign in shown for sign in _SIGNS)
        or (not any(char in shown for char in _USUAL) and len(_HAN.findall(shown)) >= _FEWEST_HAN)
        or any(_is_utf8_in_gbk(title) for title in headings.split("\n"))
    )
    return Suspicion(letters=_has_odd_letters(shown) or _has_odd_letters(headings), swapped=swapped)


def _has_odd_letters(text: str) -> bool:
    """Whether letters beyond ASCII stand side by side that are no Russian words."""
    found = _TWO_LETTERS.search(text)
    return found is not None and _TWO_LETTERS.search(_RUSSIAN.sub("", text)) is not None


def _is_utf8_in_gbk(title: str) -> bool:
    """Whether the bytes of a short text in GBK are Chinese in UTF-8, but for what was lost at its end."""
    data = title.encode("gb18030", "ignore")
    try:
        read = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - len("\ufffd".encode("gb18030")) - 2:
            return False
        read = data[: error.start].decode("utf-8")
    return not title.isascii() and bool(_WIDE.search(read))


def mend_title(title: str | None) -> str | None:
    """A short text read back, as it is where it was not misread."""
    if not title or title.isascii():
        return title
    return mend(title, found).text if (found := suspicion((title,), (title,))) else title


def mend(text: str, suspected: Suspicion = Suspicion(letters=True, swapped=True)) -> MojibakeRepair:
    """Read back whatever of a text (HTML or plain) was decoded in a wrong charset."""
    known_bytes = _BYTE_80.sub("€", text) if _PRIVATE.search(text) else text
    segments = list(_segments(known_bytes, suspected))
    found: Counter[_Way] = Counter()
    for _, segment in segments:
        found.update(piece.way for piece in _read_back(segment, ()) if piece.way)
    known = tuple(way for way, _ in found.most_common(_WAYS_KEPT))
    out, end, number = [], 0, 0
    for start, segment in segments if known else ():
        pieces = list(_read_back(segment, known))
        if any(piece.way for piece in pieces):
            out += [text[end:start], *(piece.text for piece in pieces)]
            end, number = start + len(segment), number + 1
    mended, lost = _LOST_AND_MISREAD.subn("\ufffd", "".join((*out, text[end:])))
    return MojibakeRepair(text=mended, segments=number + lost)


def _segments(text: str, suspected: Suspicion) -> Iterator[tuple[int, str]]:
    """Where the stretches begin that may be misread, and what they say."""
    if suspected.swapped:
        yield from ((each.start(), each.group()) for each in _SEGMENT.finditer(text) if not each.group().isascii())
        return
    end = 0
    for letters in _TWO_LETTERS.finditer(text):
        if letters.start() >= end:
            start = max(end, *(text.rfind(border, end, letters.start()) + 1 for border in "<>\r\n"))
            segment = _SEGMENT.match(text, start)
            end = segment.end() if segment else letters.end()
            yield start, text[start:end]


def _read_back(segment: str, known: tuple[_Way, ...]) -> Iterator[_Piece]:
    """A stretch as a whole, or its parts where only some of it is misread."""
    plain = html.unescape(segment) if "&" in segment else segment
    if (whole := _tried(plain, known)) is not None:
        yield whole if plain == segment else _Piece(text=html.escape(whole.text, quote=False), way=whole.way)
        return
    for part in _WIDE_RUN.split(segment) if _TWO_LETTERS.search(segment) else _SPACE_OR_MARK.split(segment):
        yield _tried(part, known) or _Piece(text=part, way=())


def _tried(text: str, known: tuple[_Way, ...]) -> _Piece | None:
    if text.isascii():
        return None
    for way in known:
        if (fixed := _undone(text, way)) is not None and _is_accepted(text, fixed, way, _LENIENT):
            return _Piece(text=fixed, way=way)
    return _searched(text, _candidates(text), _DEEPEST)


def _candidates(text: str) -> tuple[Misreading, ...]:
    """What may have made a text: nothing where it has letters of one script, or what Chinese cannot do without."""
    letters = bool(_TWO_LETTERS.search(text))
    swapped = not letters and not any(char in text for char in _USUAL) and score(text) < _WORST
    return tuple(each for each in MISREADINGS if (letters if each.is_single_byte else letters or swapped))


def _searched(text: str, candidates: tuple[Misreading, ...], deepest: int) -> _Piece | None:
    """The misreading whose undoing reads best; where none does, what comes back may be misread too."""
    best: _Piece | None = None
    weight, deeper = 0.0, []
    for each in candidates:
        fixed = each.undo(text)
        if fixed is None or fixed == text:
            continue
        if _is_accepted(text, fixed, (each,), _STRICT):
            if score(fixed) + each.checks > weight:
                weight, best = score(fixed) + each.checks, _Piece(text=fixed, way=(each,))
        elif each.checks and "\ufffd" not in fixed:
            deeper.append((each, fixed))
    if best is not None or deepest == 1:
        return best
    for each, fixed in deeper:
        if (piece := _searched(fixed, _candidates(fixed), deepest - 1)) is not None:
            return _Piece(text=piece.text, way=(each, *piece.way))
    return None


def _undone(text: str, way: _Way) -> str | None:
    for each in way:
        fixed = each.undo(text)
        if fixed is None:
            return None
        text = fixed
    return text


def _is_accepted(text: str, fixed: str, way: _Way, need: _Acceptance) -> bool:
    wide, lost = len(_WIDE.findall(fixed)), fixed.count("\ufffd")
    checked = all(each.checks for each in way)
    single = way[0].is_single_byte
    if wide < (need.checked if checked else need.guessed if single else need.swapped):
        return False
    # Without a check, whatever stands behind a byte that is gone may be read one byte off.
    most = _MOST_LOST if checked else 0.0 if "\ufffd" in text else _MOST_LOST_GUESSED
    if lost > most * wide or (lost and wide < _FEWEST_BESIDE_LOST):
        return False
    weight = score(fixed.replace("\ufffd", ""))
    if weight < (_VALID if checked else need.readable):
        return False
    if not checked and len(set(fixed)) * 2 < len(fixed):  # a frame of box-drawing characters, a row of stars
        return False
    if not single:
        before = score(text)
        beyond = sum(map(len, _NOT_ASCII.findall(text)))
        return (
            before < _WORST
            and weight - before >= _GAIN
            and (checked or len(_HAN_OR_KANA.findall(text)) >= need.han * beyond)
        )
    return checked or sum(map(len, _NOT_ASCII.findall(text))) >= _BYTES_BEYOND_ASCII * wide
