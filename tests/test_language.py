"""What the command line says in Chinese: all of it, where the locale is Chinese and nowhere else."""

from __future__ import annotations

import ast
import doctest
import gettext
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from babel.messages.catalog import Catalog
from typer.testing import CliRunner

from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop
from crawler.cli import app, language, typer_errors
from crawler.cli.layout import columns
from tests import catalogue

HAN = re.compile("[一-鿿]")
HAS_WORDS = re.compile("[A-Za-z]{2}")


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    language._catalogue.cache_clear()
    yield
    language._catalogue.cache_clear()


@pytest.fixture(scope="module")
def said() -> Catalog:
    return catalogue.said()


@pytest.fixture(scope="module")
def kept() -> Catalog:
    return catalogue.kept()


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words], cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env={**clean, "PYTHONPATH": str(catalogue.ROOT), **environment},
    )  # fmt: skip


def complaint(*words: str) -> str:
    """What is said of a command line that cannot be read."""
    with pytest.raises(typer.TyperException) as caught:
        app(list(words), standalone_mode=False, prog_name="jianbao")
    return typer_errors.described(caught.value)


def test_every_sentence_has_a_translation_with_the_same_places(said: Catalog, kept: Catalog) -> None:
    assert len(said) > 200
    for message in said:
        if not message.id:
            continue
        translation = kept.get(message.id)
        assert translation is not None, f"make messages: {message.id}"
        assert HAN.search(translation.string), f"to translate in {catalogue.PO}: {message.id}"
        assert set(catalogue.places(translation.string)) == set(catalogue.places(message.id)), message.id
        for name in re.findall(r"--[a-z][a-z-]+|\.[a-z]+\b|`[^`]+`|\d+", message.id):
            assert name in translation.string, f"{name} is lost in: {translation.string}"


def test_no_translation_is_left_of_what_is_said_no_more(said: Catalog, kept: Catalog) -> None:
    assert {message.id for message in kept} == {message.id for message in said}
    assert not kept.obsolete


def test_what_is_read_is_what_stands_in_the_catalogue(kept: Catalog) -> None:
    with catalogue.MO.open("rb") as file:
        read = gettext.GNUTranslations(file)
    for message in kept:
        assert not message.id or read.gettext(str(message.id)) == message.string, "make messages"


def test_a_sentence_is_a_plain_string_and_its_places_are_filled() -> None:
    """What is put together by an f-string, or by ``+``, cannot be looked up."""
    seen = 0
    for path in sorted(path for room in ("cleaners", "crawler") for path in (catalogue.ROOT / room).rglob("*.py")):
        for call in (one for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call)):
            if getattr(call.func, "id", None) not in {"sentence", "say", "answer", *catalogue.ERRORS} or not call.args:
                continue
            text, place, seen = call.args[0], f"{path}:{call.lineno}", seen + 1
            literal = "".join(part.value for part in getattr(text, "values", []) if isinstance(part, ast.Constant))
            assert not HAS_WORDS.search(literal), f"{place}: an f-string: write its values behind it, by name"
            assert not isinstance(text, ast.BinOp), f"{place}: put it together with listed()"
            if isinstance(text, ast.Constant) and call.keywords:
                assert set(catalogue.places(text.value)) == {one.arg for one in call.keywords}, place
    assert seen > 250


def test_no_word_is_printed_past_the_catalogue() -> None:
    """What ``typer.echo`` and a console of Rich print are values and what programs read; words go through ``answer``."""
    seen = 0
    for path in sorted((catalogue.ROOT / "crawler" / "cli").rglob("*.py")):
        for call in (one for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call)):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"echo", "print"}:
                continue
            seen += 1
            parts = [part for one in call.args for part in getattr(one, "values", [one])]
            words = [str(one.value) for one in parts if isinstance(one, ast.Constant)]
            wrong = [text for text in words if HAS_WORDS.search(text) and text not in {"jianbao ", "Python "}]
            assert not wrong, f"{path}:{call.lineno}: {wrong}"
    assert seen > 30


@pytest.mark.usefixtures("chinese")
def test_what_commands_print_is_chinese_but_for_names_of_records(tmp_path: Path) -> None:
    """Under a Chinese locale; what programs read is the same in every language."""
    store = tmp_path / "news.db"
    with Ingester(store, command="crawl probe") as ingester:
        text = (
            "第三支渠的水上午十点放下来，比去年早了四天。守闸的老李说，今年雪下得厚，水库的水位到了六十三米，够浇两遍。"
        )
        first = Article(id="1" * 16, origin="a.html", title="渠水早到", text=text, disguises=("spun",))
        copy = Article(
            id="2" * 16, origin="b.html", title="渠水早到", text=text, url="http://a.example/", confidence=0.5
        )
        ingester.add([first, copy, Drop(origin="c.html", stage="extract", reason="empty")])
    known = {"news", "db", "crawl", "probe", "http", "example", "html", "json", "jianbao", "doctor", "all"}  # names
    known |= {"spun", "exact", "extract", "empty"}  # of disguises, matches, stages and reasons: options take them
    shown = ["show", "1" * 16]
    for words in (
        ["stats"], ["runs"], ["doctor"], ["drops"], ["drops", "--doubtful"], ["search", "水位"], shown,
        [*shown, "--revisions"], [*shown, "--against", "2" * 16], ["window"],
    ):  # fmt: skip
        told = CliRunner().invoke(app, [*words, "--store", str(store)])
        assert told.exit_code == 0, (words, told.output)
        assert HAN.search(told.stdout), words
        written, _, _ = told.stdout.partition("规则版本")  # behind it stands how texts were compared, a recipe
        strange = {word.lower() for word in re.findall("[A-Za-z]{2,}", written)} - known
        assert not strange, (words, strange, told.stdout)
    told = CliRunner().invoke(app, ["doctor", "--json", "--store", str(store)])
    assert not HAN.search(told.stdout)
    assert '"check": "match index"' in told.stdout


@pytest.mark.parametrize(
    "name", ["cli.language", "cli.layout", "cli.translated_help", "cli.typer_errors", "cli.filters", "wording"]
)
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"crawler.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_the_command_speaks_chinese_where_the_locale_does(tmp_path: Path) -> None:
    told = run(tmp_path, "--help", LC_ALL="zh_CN.UTF-8")
    assert told.returncode == 0
    assert told.stdout.startswith("用法：")
    assert re.search(r"^命令：\n  demo +看剪报怎样工作$", told.stdout, re.MULTILINE)
    told = run(tmp_path, "clean", "--help", LANG="zh_TW.UTF-8")
    assert "清洗保存的网页，按内容识别格式。" in told.stdout
    assert "  jianbao clean saved-pages/ --store news.db\n" in told.stdout
    wrong = run(tmp_path, "clean", "--jobs", "many", "x", LANG="en_US.UTF-8", LANGUAGE="zh_CN:en")
    assert wrong.returncode == 2
    assert "'--jobs' / '-j' 的值无效：须是整数" in wrong.stderr
    assert "详情见 `" in wrong.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C.UTF-8"}, {"LANG": "C", "LANGUAGE": "zh_CN"}])
def test_the_command_speaks_english_elsewhere(tmp_path: Path, locale: dict[str, str]) -> None:
    told = run(tmp_path, "sites", "--help", **locale)
    assert told.stdout.startswith("Usage: ")
    assert "Find seeds on a site" in told.stdout
    assert not HAN.search(told.stdout)


@pytest.mark.usefixtures("chinese")
def test_no_line_of_a_chinese_help_is_wider_than_a_terminal() -> None:
    open_, seen = [([], typer.main.get_command(app))], 0
    for words, command in open_:
        open_ += [([*words, name], one) for name, one in getattr(command, "commands", {}).items()]
        context = command.make_context("jianbao", [*words], resilient_parsing=True)
        examples = {line for line in (command.help or "").split("\n") if line.startswith("  ")}
        for line in command.get_help(context).split("\n"):
            assert columns(line) <= 80 or line[2:] in examples, line
            assert not re.match(r"\s*[，。；：、）]", line), line
            seen += 1
    assert seen > 400


WRONG = [
    (["searhc"], "there is no command 'searhc'; did you mean 'search'?"),
    (["qqq"], "there is no command 'qqq'"),
    (["search", "--nope"], "there is no option --nope; did you mean --copied, --not-copied, --store?"),
    (["search", "--qqqq"], "there is no option --qqqq"),
    (["search", "--limit"], "option '--limit' needs a value"),
    (["search", "--json=3"], "option '--json' takes no value"),
    (["search", "--limit", "x"], "invalid value for '--limit' / '-n': a whole number is needed"),
    (["search", "--limit", "0"], "invalid value for '--limit' / '-n': at least 1 is needed"),
    (["search", "--min-confidence", "x"], "invalid value for '--min-confidence': a number is needed"),
    (["search", "--min-confidence", "3"], "invalid value for '--min-confidence': at most 1 is possible"),
    (["search", "--sort", "x"], "invalid value for '--sort': 'x' is not one of 'best', 'new', 'old', 'arrived'"),
    (["search", "--since", "soon"], "invalid value for '--since': soon is no date: write it as one of"),
    (["search", "a", "b"], "too many arguments: b"),
    (["crawl"], "'SEEDS.yaml|URL...' is missing"),
    (["export"], "option '--output' / '-o' is missing"),
]


@pytest.mark.parametrize(("words", "told"), WRONG)
def test_a_wrong_command_line_is_told_in_plain_words(words: list[str], told: str) -> None:
    *_, last = complaint(*words).split("\n")
    assert last.startswith(f"jianbao: {told}")


def test_usage_and_hint_stand_above_what_is_wrong() -> None:
    assert complaint("sites", "chec").split("\n") == [
        "Usage: jianbao sites [OPTIONS] COMMAND [ARGS]...",
        "`jianbao sites -h` tells more.",
        "jianbao: there is no command 'chec'; did you mean 'check'?",
    ]


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("words", [words for words, _ in WRONG])
def test_a_wrong_command_line_is_told_in_chinese(words: list[str]) -> None:
    last = complaint(*words).split("\n")[-1]
    assert HAN.search(last)
    assert not re.search(r"is no|there|needs|needed|missing|invalid|Input|Error", last), last


def test_a_command_that_was_given_nothing_shows_its_help_once() -> None:
    told = complaint()
    assert told.startswith("Usage: jianbao [OPTIONS] COMMAND")
    assert told.count("Usage: ") == 1
    assert told.endswith("Start with: jianbao demo")
