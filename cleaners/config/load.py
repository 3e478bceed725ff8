"""Reading a seed file or a file of watches: every error is one line with file, line number, key and cure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from cleaners.config.models import JobConfig
from cleaners.config.watches import WatchFile
from cleaners.errors import SeedFileError, UsageError
from cleaners.sentences import Sentence, sentence
from cleaners.urls import is_address_in_short

Step = str | int
Model = TypeVar("Model", bound=BaseModel)
# Pydantic's words for what a person who writes YAML would call it.
# What pydantic finds wrong -> how we say it, after the name of the key.
PLAIN_WORDS = {
    "missing": "is missing: add it",
    "string_type": "must be text: put it in quotes",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large",
    "finite_number": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "literal_error": "must be {expected}",
    "bool_type": "must be yes or no",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "dict_type": "must be a block of keys, indented under it",
    "model_attributes_type": "must be a block of keys, indented under it",
    "list_type": "must be a list: [one, two] or lines that begin with -",
    "too_long": "has at most {max_length} entries",
    "bool_parsing": "must be yes or no",
    "tuple_type": "must be a list: [one, two] or lines that begin with -",
    "model_type": "must be a block of keys, indented under it",
    "too_short": "needs at least one entry",
    "date_from_datetime_parsing": "must be a date, as 2025-01-31",
    "date_type": "must be a date, as 2025-01-31",
    "date_parsing": "must be a date, as 2025-01-31",
    "date_from_datetime_inexact": "must be a date without a time, as 2025-01-31",
    "time_parsing": "must be a time, as 08:30",
    "time_type": "must be a time, as 08:30",
    "path_type": "must be the path of a file, in quotes",
    "string_pattern_mismatch": "must be lower-case letters, digits, dots and hyphens",
}


_LONGEST, _DEEPEST = 4_000_000, 40  # characters; blocks inside each other


class _SeedLoader(yaml.SafeLoader):
    """SafeLoader, for which a value that is none (the date 2024-13-01) is an error of YAML, with its place."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Raises ``ConstructorError`` where the constructor of a value raises ``ValueError`` or the like."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError, AttributeError, KeyError) as why:  # what the constructors do not catch
            told = f"{str(node.value)[:40]!r} is no value: {why}: put it in quotes, if it is text"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from None


def _at(event: yaml.Event, told: str) -> yaml.YAMLError:
    return yaml.composer.ComposerError(None, None, told, event.start_mark)  # type: ignore[arg-type]


def _check_shape(text: str) -> None:
    """Raise ``YAMLError`` for what unfolds without end, or is too large for a file that a person writes.

    An alias inside of what has an anchor doubles with every level ("billion laughs"), or leads to itself.
    """
    if len(text) > _LONGEST:
        raise yaml.YAMLError(f"more than {_LONGEST} characters: split the job")
    anchored: list[bool] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            anchored.append(bool(event.anchor))
            if len(anchored) > _DEEPEST:
                told = f"more than {_DEEPEST} blocks inside each other"
                raise _at(event, told)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchored.pop()
        elif isinstance(event, yaml.AliasEvent) and any(anchored):
            told = f"*{event.anchor} stands inside of what has an anchor itself: write it out"
            raise _at(event, told)


def load_job(path: Path | str) -> JobConfig:
    """Read and check a seed file.

    Raises :class:`~cleaners.errors.SeedFileError` where it cannot be read, is not YAML or breaks the schema, and
    :class:`~cleaners.errors.UsageError` where there is no such file.
    """
    path = Path(path)
    return parse_job(_read(path, sentence("seed file")), name=str(path), folder=path.parent)


def load_watches(path: Path | str, *, check_query: Callable[[str], object]) -> WatchFile:
    """Read and check a file of watches. ``check_query`` raises ``UsageError`` for a query that search does not take.

    Raises as :func:`load_job`.
    """
    path = Path(path)
    context = {"folder": path.parent, "check_query": check_query}
    expected = sentence("not a file of watches: it begins with `watches:` (see docs/watches.md)")
    return _parsed(_read(path, sentence("file of watches")), WatchFile, str(path), context, expected)


def parse_job(text: str, *, name: str = "seeds", folder: Path = Path()) -> JobConfig:
    """The job a YAML text describes; ``folder`` is where relative paths in it start. Raises as :func:`load_job`."""
    expected = sentence("not a seed file: it begins with `job: NAME` (see seeds/README.md)")
    return _parsed(text, JobConfig, name, {"folder": folder}, expected)


def _read(path: Path, called: Sentence) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SeedFileError("{path}: not UTF-8 text: save the {called} as UTF-8", path=path, called=called) from None
    except FileNotFoundError:
        if is_address_in_short(str(path)):
            raise UsageError(
                "{path}: no such {called}; an address is written in full, as https://{path}", path=path, called=called
            ) from None
        raise UsageError("{path}: no such {called}; check the spelling", path=path, called=called) from None
    except OSError as error:
        raise SeedFileError("{path}: cannot be read: {strerror}", path=path, strerror=error.strerror) from None


def _parsed(text: str, model: type[Model], name: str, context: Mapping[str, object], expected: Sentence) -> Model:
    """What a YAML text says, as a model; ``expected``: the error for what is no block of keys."""
    try:
        _check_shape(text)
        loader = _SeedLoader(text)
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        raise SeedFileError(
            "{name}:{mark}: not valid YAML: {reason}", name=name, mark=_mark(error), reason=_reason(error)
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise SeedFileError("{name}:1: {expected}", name=name, expected=expected)
    if twice := _repeated_key(root):
        key = twice.value
        raise SeedFileError(
            "{name}:{line}: {key}: stands twice here: keep one of them",
            name=name,
            line=twice.start_mark.line + 1,
            key=key,
        )
    try:
        return model.model_validate(data, context=dict(context))
    except ValidationError as error:
        # A misspelt key comes before the missing one it leaves behind.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        line, key = _line(root, first["loc"]), _key(first["loc"])
        raise SeedFileError("{name}:{line}: {wrong}", name=name, line=line, wrong=_wrong(key, first, model)) from None


def require_contact(job: JobConfig) -> None:
    """Raises ``SeedFileError`` when the job would fetch from the public web without saying who asks."""
    if job.contact is None and not job.is_local:
        raise SeedFileError(
            "job {job}: contact: is missing: add `contact: you@your.domain`, so that a site can reach you", job=job.job
        )


def _wrong(key: str, error: Any, model: type[BaseModel]) -> Sentence:
    kind, loc = error["type"], error["loc"]
    if kind == "extra_forbidden":
        known = _keys(loc[:-1], model)
        if close := difflib.get_close_matches(str(loc[-1]), known, n=1):
            return sentence("{key} is not a key of this block: did you mean `{other}`?", key=key, other=close[0])
        return sentence("{key} is not a key of this block: keys here are {names}", key=key, names=", ".join(known))
    if kind == "value_error":
        wrong = error["ctx"]["error"]
        why = wrong.args[0] if len(wrong.args) == 1 else str(wrong)  # of our own validators a sentence
        return sentence("{key}: {why}", key=key, why=why) if loc else sentence("{why}", why=why)
    if kind in PLAIN_WORDS:
        return sentence("{key} {why}", key=key, why=Sentence(PLAIN_WORDS[kind], error.get("ctx", {})))
    return sentence("{key}: {why}", key=key, why=f"{error['msg'][0].lower()}{error['msg'][1:]}")


def _keys(loc: tuple[Step, ...], model: type[BaseModel]) -> list[str]:
    """The keys the schema of a file knows at a place."""
    for step in (str(step) for step in loc if not isinstance(step, int)):
        field = next(f for name, f in model.model_fields.items() if step in (name, f.alias))
        model = next(_models(field.annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _key(loc: tuple[Step, ...]) -> str:
    """``("sites", 0, "home")`` as people write it: ``sites[1].home``."""
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in loc]
    return "".join(steps).removeprefix(".")


def _line(root: yaml.Node, loc: tuple[Step, ...]) -> int:
    """Line (from 1) of the key at a place, or of the nearest block around it."""
    node, line = root, root.start_mark.line
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def _repeated_key(node: yaml.Node) -> yaml.ScalarNode | None:
    """The second of two equal keys in one block: YAML itself would silently keep the last."""
    seen: set[str] = set()
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                return key
            seen.add(str(key.value))
            if found := _repeated_key(value):
                return found
    elif isinstance(node, yaml.SequenceNode):
        return next((found for child in node.value if (found := _repeated_key(child))), None)
    return None


def _mark(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _reason(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    hint = ": indent with spaces" if "\\t" in problem else ""
    return " ".join(str(problem).split()) + hint
