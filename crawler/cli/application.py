"""The command line's frame: options that every command shares, and errors as exit codes."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Never

import typer

from cleaners import __version__
from cleaners.errors import FormatError, InputError, JianbaoError, UnwritableError, UsageError
from cleaners.sentences import Sentence, sentence
from crawler.cli.escape import guard, plain
from crawler.cli.help_format import CommandGroup
from crawler.cli.language import spoken
from crawler.wording import counted as counted
from crawler.wording import lasting as lasting

EXIT_CODES: dict[type[JianbaoError], int] = {InputError: 1, UsageError: 2, UnwritableError: 3, FormatError: 4}
INTERRUPTED = 11
TROUBLE = 5
"""A site has fallen silent or changed its layout, or a run has failed: what was asked for was done all the same."""
_TYPER_INTERRUPTED = 130
_INTERRUPTED_MESSAGE = sentence(
    "interrupted: what was stored stays stored; run it again to go on (clean: with --resume; a file given with -o "
    "takes its name when it is whole)"
)

# What may not be installed, and what brings it.
_EXTRAS = {
    "scrapy": "scrapy", "pyarrow": "jianbao[parquet]", "apscheduler": "jianbao[schedule]",
    "prometheus_client": "jianbao[monitor]", "pyspark": "jianbao[spark]",
    "starlette": "jianbao[web]", "uvicorn": "jianbao[web]", "jinja2": "jianbao[web]", "markupsafe": "jianbao[web]",
    "mcp": "jianbao[mcp]",
    "multipart": "jianbao[web]", "python_multipart": "jianbao[web]", "markdown_it": "jianbao[web]",
}  # fmt: skip

# What results depend on most: worth a line in a report of a bug.
_BUILT_ON = (
    "scrapy",
    "lxml",
    "trafilatura",
    "datasketch",
    "opencc",
    "numpy",
    "numba",
    "pydantic",
    "warcio",
    "fastwarc",
)

# Errors of the operating system that mean: nothing can be written there.
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}

app = CommandGroup(
    name="jianbao",
    help="剪报: crawl, clean, un-disguise, match and keep Chinese news, each article once.",
    epilog="Start with: jianbao demo",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: importing rich would double the time of `jianbao --help`
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

StoreOption = Annotated[
    Path, typer.Option("--store", envvar="JIANBAO_STORE", help="The store file.", metavar="DB", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text: one object a line.")]
STORE = Path("jianbao.db")


def _version(wanted: bool) -> None:
    if wanted:
        import platform
        from importlib import metadata

        typer.echo(f"jianbao {__version__}")
        typer.echo(f"Python {platform.python_version()}")
        for name in _BUILT_ON:
            typer.echo(f"{name} {metadata.version(name)}")
        raise typer.Exit


@app.callback()
def frame(
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Say more on stderr (-vv: debug).")
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only errors.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What stands before the command."""
    level = logging.ERROR if quiet else [logging.WARNING, logging.INFO, logging.DEBUG][min(verbose, 2)]
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s: %(message)s", force=True)
    if quiet:
        os.environ["JIANBAO_QUIET"] = "1"


def main() -> None:
    """Run the command; errors the user can cure end as one line and the exit code of their class."""
    _write_utf8()
    guard()
    try:
        # Typer would write what it cannot read by itself, in its own words.
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        from crawler.cli.typer_errors import described

        print(plain(described(error)), file=sys.stderr)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRAS:
            raise
        missing = str(error.name).partition(".")[0]
        told = sentence("this command needs {library}: pip install '{extra}'", library=missing, extra=_EXTRAS[missing])
        _end(told, 1)
    except JianbaoError as error:
        _end(error.sentence, next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind)))
    except OSError as error:
        if error.errno in {errno.EMFILE, errno.ENFILE}:
            _end(sentence("too many files are open: allow more (`ulimit -n 1024`), or end what else runs"), 3)
        if error.errno not in _UNWRITABLE:
            raise
        why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        _end(sentence("{why}; free some space or choose a place you can write to", why=why), 3)
    if code == _TYPER_INTERRUPTED:  # Ctrl-C; ours says that the run can be taken up again
        end_interrupted(_INTERRUPTED_MESSAGE)
    sys.exit(code)


def end_interrupted(message: Sentence) -> Never:
    """End as an interrupted command does, with what became of its work."""
    _end(message, INTERRUPTED)


def say(text: str | Sentence, /, **values: object) -> None:
    """A line for the person at the terminal: on stderr, not with ``-q``.

    ``say("{path} cannot be read", path=path)``, or a sentence that was put together before.
    """
    if not os.environ.get("JIANBAO_QUIET"):
        print(plain(spoken(text if isinstance(text, Sentence) else Sentence(text, values))), file=sys.stderr)


def answer(text: str | Sentence, /, **values: object) -> None:
    """Lines of what was asked for, as text for a person: on stdout, in the language of the locale, also with ``-q``.

    What programs read (``--json``) is printed as it is.
    """
    typer.echo(spoken(text if isinstance(text, Sentence) else Sentence(text, values)))


def _write_utf8() -> None:
    """Files and pipes get UTF-8 under every locale; what a terminal, or UTF-8, cannot show is escaped, never fatal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _end(message: Sentence, code: int) -> Never:
    print(plain(f"jianbao: {spoken(message)}"), file=sys.stderr)
    sys.exit(code)
