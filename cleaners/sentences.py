"""Sentences for people: written in English, with named places, so that they can still be said in another language.

A sentence is put together where something happens and said where a person listens; only there the language is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose places are filled by name. As a string it is English."""

    text: str
    """As ``str.format`` reads it; without values it is taken as it stands, brackets included."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What fills the places; sentences among them are said in the same language."""

    def said(self, translated: Callable[[str], str]) -> str:
        """The sentence in a language; ``translated`` gives the text in it, with the same places."""
        text = translated(self.text)
        if not self.values:
            return text
        return text.format(**{name: _said(value, translated) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.said(str)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def sentence(text: str, /, **values: object) -> Sentence:
    """A sentence.

    >>> str(sentence("{path} holds {count:,} pages", path="a.zip", count=1200))
    'a.zip holds 1,200 pages'
    """
    return Sentence(text, values)


def listed(parts: Iterable[object], mark: str = ", ") -> Sentence:
    """Several things, or sentences, one behind the other.

    >>> str(listed(["a.zip", sentence("{count} more", count=2)]))
    'a.zip, 2 more'
    """
    values = {f"part{place}": part for place, part in enumerate(parts)}
    return Sentence(mark.join(f"{{{name}}}" for name in values), values)


def first_few(parts: Sequence[object], most: int) -> Sentence:
    """The first of several things, and a sign that there are more.

    >>> str(first_few(["a", "b", "c"], 2))
    'a, b, ...'
    """
    return listed([*parts[:most], *(["..."] if len(parts) > most else [])])


def _said(value: object, translated: Callable[[str], str]) -> object:
    return value.said(translated) if isinstance(value, Sentence) else value
