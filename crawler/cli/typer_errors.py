"""What Typer says of a command line that it cannot read, in plain words and in the language of the locale.

Typer has no setting for either: its sentences stand in its code, and values are judged by pydantic, whose sentences
are about "input". So they are known by their form. One that is not known stays as it is.
"""

from __future__ import annotations

import re

import typer

from crawler.cli.language import translated

# A form in which Typer (0.29) or pydantic says it -> how we say it; {name}s stand for whatever stands there.
FORMS: dict[str, str] = {
    "Invalid value for {name}: {why}": "invalid value for {name}: {why}",
    "Invalid value: {why}": "invalid value: {why}",
    "Missing argument {name}.": "{name} is missing",
    "Missing option {name}.": "option {name} is missing",
    "Missing option {name}. Choose from:{choices}": "option {name} is missing; one of:{choices}",
    "Missing command.": "a command is missing",
    "No such command {name}.": "there is no command {name}",
    "No such command {name}. Did you mean {others}?": "there is no command {name}; did you mean {others}?",
    "No such option: {name} (Possible options: {others})": "there is no option {name}; did you mean {others}?",
    "No such option: {name}": "there is no option {name}",
    "Option {name} requires an argument.": "option {name} needs a value",
    "Option {name} does not take a value.": "option {name} takes no value",
    "Got unexpected extra argument(s) ({words})": "too many arguments: {words}",
    "Input should be a valid integer, {why}": "a whole number is needed",
    "Input should be a valid number, {why}": "a number is needed",
    "Input should be greater than or equal to {bound}": "at least {bound} is needed",
    "Input should be less than or equal to {bound}": "at most {bound} is possible",
    "Value error, {value} is not one of {choices}.": "{value} is not one of {choices}",
    "{value} is not one of {choices}.": "{value} is not one of {choices}",
}


def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", form)
    read = [f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)]
    return re.compile("".join(read), re.DOTALL)


def plainly(message: str) -> str:
    """Typer's message as this command line says it.

    >>> plainly("Invalid value for '--limit': Input should be greater than or equal to 1")
    "invalid value for '--limit': at least 1 is needed"
    """
    for form, ours in FORMS.items():
        if found := _pattern(form).fullmatch(message):
            values = {name: plainly(value) if name == "why" else value for name, value in found.groupdict().items()}
            return translated(ours).format(**values)
    return translated(message)


def described(error: typer.TyperException) -> str:
    """What is wrong, below the usage of the command where it is known; the help of one that was given nothing."""
    told, context = error.format_message(), getattr(error, "ctx", None)
    if context is None:
        return f"jianbao: {plainly(told)}"
    if told == context.get_help():
        return told
    hint = translated("`{command} -h` tells more.").format(command=context.command_path)
    return f"{context.get_usage()}\n{hint}\njianbao: {plainly(told)}"
