"""Personal data in texts replaced by named marks: mobile numbers, mail addresses, ID numbers, bank cards, plates.

Only what is certain by its form: an ID number by its date and check digit (GB 11643, ISO 7064 MOD 11-2), a bank card
by its issuer's first digits and check digit (ISO/IEC 7812, Luhn), a mobile number by its length and first digits, a
plate by its province and series (GA 36). Digits and letters may be full-width and set in groups.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

# Full-width digits, letters and signs, one for one, so that places stay the same.
_FULL_WIDTH = re.compile("[\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_GAP = r"[\ \-·]?"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PROVINCE_CODES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """One kind of personal data."""

    name: str
    """What it is counted under."""
    mark: str
    """What stands in its place."""
    pattern: re.Pattern[str]
    """Its form; half-width."""
    certain: Callable[[str], bool]
    """Whether what has the form is the thing, by what else must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubbedText:
    """A text without personal data."""

    text: str
    counts: Mapping[str, int]
    """How many of each kind were replaced."""


def _is_id_number(found: str) -> bool:
    digits = found.upper()
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    check = _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False)) % 11]
    return _PROVINCE_CODES.match(digits) is not None and born.year >= 1900 and digits[17] == check


def _is_bank_card(found: str) -> bool:
    digits = [int(digit) for digit in found if digit.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _always(found: str) -> bool:
    return True


def _is_plate(found: str) -> bool:
    return any(char.isdigit() for char in found)


# In this order: what is longer first, as an ID number holds what looks like a mobile number.
KINDS = (
    PersonalData(
        name="email",
        mark="[邮箱]",
        pattern=re.compile(
            r"(?<![\w.+-]) [A-Za-z0-9][\w.+-]{0,63} @ (?:[A-Za-z0-9-]{1,63}\.){1,4} [A-Za-z]{2,24} (?![\w-])",
            re.ASCII | re.VERBOSE,
        ),
        certain=_always,
    ),
    PersonalData(
        name="id_number",
        mark="[身份证号]",
        pattern=re.compile(r"(?<![0-9A-Za-z]) [1-9][0-9]{16}[0-9Xx] (?![0-9A-Za-z])", re.VERBOSE),
        certain=_is_id_number,
    ),
    PersonalData(
        name="bank_card",
        mark="[银行卡号]",
        pattern=re.compile(
            rf"""(?<![0-9A-Za-z.]) (?:62[0-9]{{2}} | 4[0-9]{{3}} | 5[1-5][0-9]{{2}} | 9558) {_GAP}
            (?:[0-9]{{4}}{_GAP}){{2}} [0-9]{{4}} (?:{_GAP}[0-9]{{1,3}})? (?![0-9A-Za-z])""",
            re.VERBOSE,
        ),
        certain=_is_bank_card,
    ),
    PersonalData(
        name="mobile",
        mark="[手机号]",
        pattern=re.compile(
            rf"""(?<![0-9A-Za-z.]) (?:\+?86{_GAP})? 1[3-9][0-9]
            (?:{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}} | [0-9]{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}) (?![0-9A-Za-z]|\.[0-9])""",
            re.VERBOSE,
        ),
        certain=_always,
    ),
    PersonalData(
        name="plate",
        mark="[车牌号]",
        pattern=re.compile(
            rf"""[{_PROVINCES}][A-HJ-NP-Z][·•.\ ]?
            (?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳] | [DF][A-HJ-NP-Z0-9][0-9]{{4}} | [0-9]{{5}}[DF])
            (?![A-Za-z0-9])""",
            re.VERBOSE,
        ),
        certain=_is_plate,
    ),
)
"""What is looked for, in order."""


def scrub(text: str) -> ScrubbedText:
    """The text with marks in the place of personal data.

    >>> scrub("联系人王先生，电话１３８-0013-8000，邮箱wang@example.com。").text
    '联系人王先生，电话[手机号]，邮箱[邮箱]。'
    """
    counts: Counter[str] = Counter()
    for kind in KINDS:
        folded = text.translate(_HALF_WIDTH) if _FULL_WIDTH.search(text) else text
        pieces, at = [], 0
        for begin, end in _found(kind, folded):
            pieces += [text[at:begin], kind.mark]
            counts[kind.name] += 1
            at = end
        text = "".join(pieces) + text[at:] if pieces else text
    return ScrubbedText(text=text, counts=dict(counts))


def _found(kind: PersonalData, text: str) -> Iterator[tuple[int, int]]:
    for found in kind.pattern.finditer(text):
        if kind.certain(found[0]):
            yield found.span()
