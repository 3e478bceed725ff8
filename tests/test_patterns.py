"""No regular expression of the tree takes time that grows with the square of a text, or faster.

Every compiled pattern (of modules, in their tables, in the rules of noise, written in functions) is run as the code
runs it, against the texts of :mod:`tests.pumping`; rules of noise up to the length that they look at.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from math import log2
from pathlib import Path
from time import perf_counter, process_time
from types import FrameType
from typing import Any

import pytest

import cleaners
import crawler
from cleaners.extract.boilerplate import rules
from tests.pumping import PumpedText, pumped

ROOT = Path(__file__).resolve().parent.parent
Pattern = re.Pattern[Any]

_WAYS = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
_SMALL, _LARGE = 16, 2048  # characters of the first and the last text that every pattern is tried on
_LARGEST = 65_536
_QUICK = 2e-7  # seconds a character: what takes no longer is not looked at more closely
_MEASURABLE = 0.004  # seconds
_HANGS = 0.02  # seconds for a text of some hundred characters
_EXPONENT = 1.65  # between linear time (1) and quadratic time (2)


@dataclass(frozen=True, slots=True)
class UsedPattern:
    """A pattern, and how the code calls it."""

    place: str
    pattern: Pattern
    ways: frozenset[str]
    longest: int = _LARGEST
    """Characters of the texts that it is given, at most."""


class TooSlow(Exception):  # noqa: N818
    """The alarm rang."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` when so much CPU time has passed: `re` looks for signals while it matches."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds(pattern: Pattern, text: str, way: str, clock: Any = perf_counter) -> float:
    """CPU time of one call."""
    given: Any = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    call = getattr(pattern, way)
    began: float = clock()
    call(given)
    return float(clock() - began)


def is_slow(pattern: Pattern, text: PumpedText, way: str, most: int = _LARGEST) -> str:
    """What is wrong with the time that a pattern takes on texts of up to ``most`` characters; empty: it is linear."""
    count = min(_SMALL, most)
    try:
        with at_most(1):
            while count <= min(_LARGE, most):
                took = seconds(pattern, text.of(count), way)
                if count < 512 and took > _HANGS and seconds(pattern, text.of(count), way, process_time) > _HANGS:
                    return f"{took:.3f} s for {count} characters"
                count = count * 5 // 4 if count < 128 else count * 2
        if took < _QUICK * _LARGE or most < _LARGE:
            return ""
    except TooSlow:
        return f"more than a second for {count} characters"
    count = 256
    while True:
        small, large = (min(seconds(pattern, text.of(n), way) for _ in range(3)) for n in (count, 2 * count))
        if large > _MEASURABLE or 2 * count >= most:
            break
        count *= 2
    if large < _MEASURABLE:
        return ""
    # What was noise shows when it is done again, in the CPU time of this process.
    small, large = (min(seconds(pattern, text.of(n), way, process_time) for _ in range(5)) for n in (count, 2 * count))
    exponent = log2(large / max(small, 1e-9))
    return f"n^{exponent:.1f}, {large:.3f} s for {2 * count} characters" if exponent > _EXPONENT else ""


def calls() -> dict[tuple[str, str], set[str]]:
    """Module ("" for names that others import) and name of a pattern -> the methods of it that are called."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in _WAYS:
                name = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                way = node.attr if node.attr in {"match", "fullmatch"} else "search"
                found[module if name.startswith("_") else "", name].add(way)
    return found


@cache
def trees() -> dict[str, ast.Module]:
    """The code by module."""
    files = [file for room in ("cleaners", "crawler") for file in sorted((ROOT / room).rglob("*.py"))]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text("utf-8")
        )
        for file in files
    }


def inside(value: object, depth: int = 0) -> Iterator[Pattern]:
    """The patterns in a value, and in what it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth > 4 or isinstance(value, type):
        return
    elif is_dataclass(value):
        for field in fields(value):
            yield from inside(getattr(value, field.name, None), depth + 1)
    elif isinstance(value, Mapping):
        for pair in list(value.items())[:5000]:
            yield from inside(pair, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in list(value)[:5000]:
            yield from inside(one, depth + 1)


def in_functions() -> Iterator[UsedPattern]:
    """Patterns that are written where they are used: ``re.sub("...", ...)``."""
    for module, tree in trees().items():
        inner = (node for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) for node in ast.walk(one))
        for node in inner:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            called, first = node.func, node.args[0]
            if isinstance(called.value, ast.Name) and called.value.id == "re" and isinstance(first, ast.Constant):
                way = called.attr if called.attr in {"match", "fullmatch"} else "search"
                if called.attr in _WAYS | {"compile"} and isinstance(first.value, str | bytes):
                    yield UsedPattern(f"{module}:{node.lineno}", re.compile(first.value), frozenset({way}))


def patterns() -> list[UsedPattern]:
    """Every pattern of the tree once."""
    used, known = calls(), dict[tuple[Any, int], UsedPattern]()
    for room in (cleaners, crawler):
        for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if info.name.endswith("__main__"):
                continue
            try:
                module = importlib.import_module(info.name)
            except ModuleNotFoundError:  # an extra that is not installed
                continue
            for name, value in list(vars(module).items()):
                for pattern in inside(value):
                    owner = info.name if name.startswith("_") else ""
                    ways = used.get((owner, name), set()) if isinstance(value, re.Pattern) else set()
                    key = (pattern.pattern, pattern.flags)
                    before = known[key].ways if key in known else frozenset[str]()
                    place = known[key].place if key in known else f"{info.name}.{name}"
                    known[key] = UsedPattern(place, pattern, before | ways)
    for rule in rules.shipped_rules():
        for source in rule.any_of:
            pattern = re.compile(source, re.IGNORECASE)
            place = f"rule {rule.name}"
            known[source, pattern.flags] = UsedPattern(place, pattern, frozenset({"search"}), rule.longest)
    for one in in_functions():
        known.setdefault((one.pattern.pattern, one.pattern.flags), one)
    return list(known.values())


def test_every_pattern_of_the_tree_takes_linear_time() -> None:
    found = patterns()
    assert len(found) > 400
    slow = []
    for one in found:
        for way in one.ways or {"search"}:
            for text in pumped(one.pattern):
                if told := is_slow(one.pattern, text, way, one.longest):
                    slow.append(f"{one.place}.{way}: {told}: {text}: {one.pattern.pattern!r:.200}")
                    break
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("known", [
    r"(a+)+$", r"(?:a|a)*b", r"(?:<!--.*?-->\s*)*x", r"(?:\d*x?y\d*)+$", r"\s+$", r"[\w.]+@[\w.]+", r"\d*年\d*月.*$", r"(?:.{40,}[.!])+",
])  # fmt: skip
def test_what_is_known_to_be_slow_is_found(known: str) -> None:
    assert any(is_slow(re.compile(known), text, "search") for text in pumped(re.compile(known)))


@pytest.mark.parametrize("known", [r"(?<!\s)\s++$", r"\d{4}年\d{1,2}月", r"<[^<>]{0,50}>", r"(?<!\w)\w++(?=@)", r"a*"])
def test_what_is_known_to_be_linear_is_not(known: str) -> None:
    assert not any(is_slow(re.compile(known), text, "search") for text in pumped(re.compile(known)))
