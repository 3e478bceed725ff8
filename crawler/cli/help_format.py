"""Commands and their help, as users read it: PATH..., N, NAME instead of Python's types; one order everywhere.

Typer has no setting for any of it, so click's own hooks are overridden (``format_options``, ``list_commands``,
``get_short_help_str``). Writing the commands with click instead would need the same overrides: click too writes
``INTEGER RANGE`` and ``x>=1``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.models import CommandFunctionType

from cleaners.errors import UsageError
from crawler.cli.language import is_translated, translated

# The commands in the order in which somebody needs them; a new one stands behind these until it is named here.
_ORDER = (
    "demo", "clean", "crawl", "clip", "schedule", "watch", "sites",
    "search", "find", "show", "tag", "serve", "mcp", "explain", "stats", "drops", "runs",
    "export", "exports", "dedup",
    "merge", "backup", "takedown", "takedowns", "reclean", "doctor", "window", "lexicon",
)  # fmt: skip

# The parameters that many commands have stand last, in this order, behind the command's own.
_SHARED = ("limit", "store", "as_json", "help")

# What Typer writes where a parameter has no metavar, and what a user would call it. Choices stay as they are.
_NAMES = {"str": "NAME", "int": "N", "int range": "N", "float": "N", "float range": "N", "path": "FILE", "file": "FILE"}
_TYPE = re.compile(r" <([^<>]*)>$")
# A bound in Python's notation (x>=1): the message of a number out of bounds tells it, the help need not.
_BOUND = re.compile(r"(\d+(\.\d+)?<=?)?x[<>]=?\d+(\.\d+)?")
LATE_CHOICES: dict[str, Callable[[], Iterable[str]]] = {}
"""Parameter -> its choices, where these are not known before others have been asked for them (plugins)."""
_WIDE = 34  # characters; longer choices are told in the help, not in the column of names
_LEAST = 12  # characters; a shorter beginning of a sentence says too little


class HelpContext(typer.Context):
    """What a command is called in, which knows the language of its help."""

    def make_formatter(self) -> Any:
        """What writes a help: Typer's own in English."""
        if not is_translated():
            return super().make_formatter()
        from crawler.cli.translated_help import TranslatedHelpFormatter

        return TranslatedHelpFormatter(width=self.terminal_width, max_width=self.max_content_width)


class HelpCommand(TyperCommand):
    """One command, with a help that is read without knowing Python."""

    context_class = HelpContext

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer, but an option of one value is an error when it is given twice: the last would win unseen."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(order).items():
            is_single = isinstance(option, TyperOption) and not (option.is_flag or option.multiple or option.count)
            if times > 1 and is_single:
                raise UsageError(
                    "{option} is given {times} times: it takes one value", option=option.opts[0], times=times
                )
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """``[OPTIONS] SITE [SEEDS.yaml...]``: in brackets what may be left out."""
        arguments = [one for one in self.get_params(ctx) if one.param_type_name == "argument"]
        names = [(str(one.metavar or one.name), one.required) for one in arguments]
        return ["[OPTIONS]", *(name if required else f"[{name}]" for name, required in names)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The arguments, then the options, a row each."""
        _write_parameters(self, ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line in the list of commands."""
        return _short_help(self.help or "", limit)


class HelpGroup(TyperGroup):
    """A group of commands, listed in the order in which they are needed."""

    context_class = HelpContext

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options, then the commands, a row each."""
        _write_parameters(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return sorted(self.commands, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line in the list of commands."""
        return _short_help(self.help or "", limit)


class CommandGroup(typer.Typer):
    """An application (or a group in it) whose commands are :class:`HelpCommand`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": HelpGroup, **settings})

    def command(self, *args: Any, **kwargs: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As Typer's own."""
        return super().command(*args, **{"cls": HelpCommand, **kwargs})


def shortened(text: str, limit: int) -> str:
    """The first sentence; of one over ``limit`` characters as much as fits and makes sense, else all of it.

    >>> shortened("Check a store of news: its file, schema, search.", 30)
    'Check a store of news'
    """
    sentence = re.split(r"\.(\s|$)", " ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= limit:
        return sentence
    for marks in (r"[:;]", r",| \("):
        cuts = [sentence[: cut.start()] for cut in re.finditer(marks, sentence) if _LEAST <= cut.start() <= limit]
        if whole := [cut for cut in cuts if cut.count("(") == cut.count(")")]:
            return whole[-1]
    return sentence


def _short_help(text: str, limit: int) -> str:
    if not is_translated():
        return shortened(text, limit)
    from crawler.cli.translated_help import paragraphs

    return re.split("[。；：]", translated(next(paragraphs(text), ("", []))[0]), maxsplit=1)[0]


def _write_parameters(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    for kind, heading in (("argument", "Arguments"), ("option", "Options")):
        of_kind = sorted((one for one in command.get_params(ctx) if one.param_type_name == kind), key=_place)
        rows = [_row(one, record) for one in of_kind if (record := one.get_help_record(ctx))]
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)


def _place(parameter: Any) -> int:
    return _SHARED.index(parameter.name) if parameter.name in _SHARED else -1


def _row(parameter: Any, record: tuple[str, str]) -> tuple[str, str]:
    name, told = record[0], _without_bounds(_translated_row(parameter, record[1]))
    if parameter.param_type_name == "argument" and parameter.metavar:
        name = parameter.metavar
    if parameter.name in LATE_CHOICES:
        return name, _with_choices(told, LATE_CHOICES[parameter.name]())
    if (of_type := _TYPE.search(name)) is None:
        return name, told
    name, called = name[: of_type.start()], _NAMES.get(of_type[1], of_type[1])
    if len(name) + len(called) < _WIDE:
        return f"{name} {called}", told
    return f"{name} {max(parameter.opts, key=len).strip('-').upper()}", _with_choices(told, called.split("|"))


def _translated_row(parameter: Any, told: str) -> str:
    if not is_translated():
        return told
    from crawler.cli.translated_help import facts

    own = parameter.help or ""
    behind = told.removeprefix(own)
    if isinstance(parameter.show_default, str):
        behind = behind.replace(parameter.show_default, translated(parameter.show_default))
    return facts(translated(own) + behind)


def _with_choices(told: str, choices: Iterable[str]) -> str:
    text, bracket, facts = told.partition("  [")
    with_those = translated("{told} One of {choices}.").format(told=text, choices=", ".join(choices))
    return f"{with_those}{bracket}{facts}"


def _without_bounds(told: str) -> str:
    """The help without Typer's ``x>=1`` among the facts in brackets behind it."""
    text, bracket, facts = told.rpartition("  [")
    if not bracket:
        return told
    facts = re.sub(r"(?<=: )\(([^()]*)\)", r"\1", facts)  # Typer sets a default that is told in words in brackets
    kept = [fact for fact in facts.removesuffix("]").split("; ") if not _BOUND.fullmatch(fact)]
    return f"{text}{bracket}{'; '.join(kept)}]" if kept else text
