"""The text of a help in another language than English: its sentences looked up, its lines broken as ``layout`` does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from crawler.cli.language import translated
from crawler.cli.layout import columns, wrapped

_FIRST_COLUMN = 30  # columns; what is wider stands on a line of its own
_GAP = 2  # columns between the name and what is said of it
_FACT = re.compile(r"(?<=\[)(default|env var|required)|(?<=; )(default|env var|required)")


def paragraphs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each paragraph of a help as one line, and the lines under it that stay as they are (those of examples).

    >>> list(paragraphs("Find articles\\nby words.\\n\\n\\b\\nExample:\\n  jianbao search 开业"))
    [('Find articles by words.', []), ('Example:', ['  jianbao search 开业'])]
    """
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        lines = block.strip("\n").split("\n")
        if lines[0].strip() == "\b":
            yield lines[1], lines[2:]
        elif block.strip():
            yield " ".join(line.strip() for line in lines), []


_HELP_FORMATTER: Any = typer.Context.formatter_class  # Typer shows it by no name of its own


class TranslatedHelpFormatter(_HELP_FORMATTER):  # type: ignore[misc]
    """Writes what Typer gives it in the language of the locale."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that says how the command is called."""
        super().write_usage(prog, args, translated("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """The line above a list of options or commands."""
        self.write(f"{'':>{self.current_indent}}{translated(f'{heading}:')}\n")

    def write_text(self, text: str) -> None:
        """A help's text, its examples as they stand."""
        indent = " " * self.current_indent
        written = []
        for paragraph, examples in paragraphs(text):
            lines = [*wrapped(translated(paragraph), self.width - self.current_indent), *examples]
            written.append("\n".join(indent + line for line in lines))
        self.write("\n\n".join(written) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = _FIRST_COLUMN, col_spacing: int = _GAP) -> None:
        """Options or commands, and what each is for."""
        indent = " " * self.current_indent
        first = min(max(columns(name) for name, _ in rows), col_max) + col_spacing
        for name, told in rows:
            lines = wrapped(told, max(self.width - first - self.current_indent, 10)) or [""]
            if columns(name) > first - col_spacing:
                self.write(f"{indent}{name}\n")
                name = ""
            for line in lines:
                self.write(f"{indent}{name}{'':>{first - columns(name)}}{line}".rstrip() + "\n")
                name = ""


def facts(told: str) -> str:
    """The facts in brackets behind the help of an option.

    >>> facts("The store file.  [env var: JIANBAO_STORE; default: jianbao.db]")
    'The store file.  [env var: JIANBAO_STORE; default: jianbao.db]'
    """
    text, bracket, rest = told.rpartition("  [")
    return text + _FACT.sub(lambda found: translated(found[0]), bracket + rest) if bracket else told
