"""The judge of HTML lines: its chain, its features, what it says of itself; the rules of noise as data; a job's rules."""

from __future__ import annotations

import importlib
import itertools
import math
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cleaners import extract, metadata
from cleaners.config import LineRule
from cleaners.extract import ExtractedBody
from cleaners.extract.boilerplate import chain, html_features, html_lines
from cleaners.extract.boilerplate.chain import FORBIDDEN, FREE, ChainShape
from cleaners.extract.boilerplate.rules import LineSignals, parse_rules
from cleaners.extract.boilerplate.text_lines import crf
from cleaners.items import Metadata
from cleaners.page import lines as blocks
from cleaners.page.lines import PageLines

PAGES = Path(__file__).parent / "pages"
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
PROSE = (
    "南岸村今年种了一千二百亩水稻，比去年多了三百亩，村民们都很高兴，说收成会更好。",
    "“往年要雇四十个人插秧，现在十几个人就够了。”村支书说，省下的人手去修了水渠。",
    "县里的技术员把每块田的数据记在本子上，预计秋后全村增收六十万元，明年还要扩种。",
)


def score_of(path: tuple[int, ...], scores: NDArray[np.float64], shape: ChainShape) -> float:
    """What a division of the lines is worth, added up term by term."""
    total, before = 0.0, None
    for line, state in zip(scores, path, strict=True):
        step = shape.start[state] if before is None else shape.step[before][state]
        for column in (shape.emit[state], step):
            total += -math.inf if column == FORBIDDEN else 0.0 if column == FREE else float(line[column])
        before = state
    return total if shape.last[path[-1]] else -math.inf


@pytest.mark.parametrize("shape", [html_lines.SHAPE, crf.SHAPE], ids=["html", "text"])
def test_the_chain_agrees_with_trying_every_division(shape: ChainShape) -> None:
    scores = np.random.default_rng(5).normal(size=(5, len(shape.columns)))
    paths = list(itertools.product(range(len(shape.states)), repeat=len(scores)))
    values = np.array([score_of(path, scores, shape) for path in paths])
    assert tuple(chain.best_path(scores, shape)) == paths[int(values.argmax())]
    weights = np.exp(values) / np.exp(values).sum()
    expected = np.zeros((len(scores), len(shape.states)))
    for path, weight in zip(paths, weights, strict=True):
        for line, state in enumerate(path):
            expected[line, state] += weight
    np.testing.assert_allclose(chain.marginals(scores, shape), expected, atol=1e-9)


def test_no_line_no_division() -> None:
    nothing = np.zeros((0, 3))
    assert chain.best_path(nothing, html_lines.SHAPE) == []
    assert chain.marginals(nothing, html_lines.SHAPE).shape == (0, 2)


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_every_line_has_one_level_of_every_group(path: Path) -> None:
    page = blocks.read(path.read_text(encoding="utf-8"))
    if not page.lines:
        pytest.skip("shows nothing")
    rows = html_features.encode(page, metadata.find_metadata(page), 0, len(page.lines) - 1).rows
    names = html_features.feature_names()
    assert len(names) == len(set(names))
    for group, column in zip(html_features.GROUPS, rows.T, strict=True):
        assert all(names[row].startswith(f"{group}: ") for row in column.tolist()), group


def test_every_weight_is_of_a_feature_there_is() -> None:
    assert set(chain.shipped("html-lines").features) <= set(html_features.feature_names())


def page_of(*lines: str) -> PageLines:
    return blocks.read(f"<title>南岸村的水稻</title><h1>南岸村的水稻</h1><div class=t>{''.join(lines)}</div>")


def body_of(*lines: str, rules: tuple[LineRule, ...] = ()) -> ExtractedBody:
    page = page_of(*lines)
    return extract.extract(page, metadata.find_metadata(page), line_rules=rules)


def test_the_judge_says_how_sure_it_is_of_every_line_and_why() -> None:
    links = "".join(f"<p><a href=/{n}.html>第{n}村的水渠修好了</a></p>" for n in range(5))
    body = body_of(*(f"<p>{text}</p>" for text in PROSE), f"<div>{links}</div>")
    assert body.text.split("\n") == list(PROSE)
    assert body.evidence is not None
    inside = range(body.evidence.first, body.evidence.first + len(body.evidence.keep))
    for i in inside:
        line, likely = body.lines[i], body.evidence.probability(i)
        assert likely is not None
        assert line.rule or (likely >= 0.5) == (line.verdict == "keep")
        assert len(body.evidence.reasons(i, 4)) == 4
    assert body.evidence.probability(-1) is None
    assert body.evidence.reasons(len(body.lines)) == ()


def test_confidence_is_the_f1_that_the_kept_lines_can_expect() -> None:
    page = page_of(*(f"<p>{text}</p>" for text in PROSE))
    none = np.zeros((len(html_features.feature_names()), 3))
    judged = html_lines.judge(page, Metadata(), LineSignals(page.lines), first=1, last=3, weights=none)
    assert [line.verdict for line in judged.lines[1:]] == ["keep"] * 3, "even odds keep"
    assert judged.confidence == pytest.approx(2 * 0.5 / 1.5)
    sure = html_lines.judge(page, Metadata(), LineSignals(page.lines), first=1, last=3)
    assert 0.95 < sure.confidence <= 1


def test_a_judge_that_would_cut_nearly_all_prose_is_not_followed() -> None:
    page = page_of(*(f"<p>{text}</p>" for text in PROSE), "<p><a href=/a>另一篇报道的标题在这里</a></p>")
    against = np.full((len(html_features.feature_names()), 3), -1.0)
    judged = html_lines.judge(page, Metadata(), LineSignals(page.lines), first=1, last=4, weights=against)
    assert [line.text for line in judged.lines if line.verdict == "keep"] == list(PROSE)


def rule(pattern: str, verdict: str) -> LineRule:
    return LineRule.model_validate({"pattern": pattern, "verdict": verdict, "reason": "每日荐读是广告"})


@pytest.mark.parametrize("is_html", [True, False])
def test_a_rule_of_the_job_cuts_what_everybody_else_keeps(is_html: bool) -> None:
    paragraphs = [PROSE[0], "本报每日荐读，今天推荐一本讲水利的书，读者可以到县图书馆借阅。", *PROSE[1:]]
    if is_html:
        page = page_of(*(f"<p>{text}</p>" for text in paragraphs))
    else:
        page = blocks.read("\n\n".join(("南岸村的水稻", *paragraphs)))
    meta = metadata.find_metadata(page)
    assert extract.extract(page, meta).text.split("\n")[-4:] == paragraphs
    body = extract.extract(page, meta, line_rules=(rule("^本报每日荐读", "cut"),))
    assert body.text.split("\n")[-3:] == list(PROSE)
    (line,) = [line for line in body.lines if line.rule == "每日荐读是广告"]
    assert line.verdict == "cut"


def test_a_rule_of_the_job_keeps_what_everybody_else_cuts() -> None:
    lines = (*(f"<p>{text}</p>" for text in PROSE), "<p>责任编辑：王晓</p>")
    assert "王晓" not in body_of(*lines).text
    assert body_of(*lines, rules=(rule("^责任编辑", "keep"),)).text.endswith("责任编辑：王晓")


GOOD = """
[patterns]
DAY = '\\d{4}-\\d\\d'
[[rule]]
name = "a day"
noise = "other"
any_of = ['^%DAY%$']
reason = "a day alone"
"""


def test_a_file_of_rules_is_read() -> None:
    (found,) = parse_rules(GOOD)
    assert (found.any_of, found.reach, found.hits) == ((r"^\d{4}-\d\d$",), "line", 0)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (GOOD.replace("reason", "why"), "rule 'a day'"),
        (GOOD.replace("^%DAY%$", "("), "rule 'a day'"),
        (GOOD + GOOD[GOOD.index("[[rule]]") :], "two rules"),
        (GOOD.replace("[[rule]]", "[[rule"), ""),
    ],
)
def test_a_file_of_rules_that_is_wrong_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_rules(text)


def line_f1(gold: list[str], kept: list[str]) -> float:
    """F1 by characters of the lines that two texts share."""

    def size(lines: Counter[str]) -> int:
        return sum(len(line) * times for line, times in lines.items())

    wanted, found = Counter(gold), Counter(kept)
    return 2 * size(wanted & found) / max(1, size(wanted) + size(found))


def test_odd_pages_of_our_own_are_judged_as_well_as_they_were(
    monkeypatch: pytest.MonkeyPatch, floors: dict[str, dict[str, float]]
) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    scores: dict[str, list[float]] = defaultdict(list)
    for made in importlib.import_module("made_html_pages").made_pages(120, 2):
        page = blocks.read(made.html)
        lines = extract.extract(page, metadata.find_metadata(page)).lines
        kept = [line.text for line in lines if line.verdict == "keep" and line.text not in made.optional]
        scores[made.kind].append(line_f1(made.body.split("\n"), kept))
    reached = {kind: mean(found) for kind, found in scores.items()}
    reached["mean"] = mean(reached.values())
    short = {kind: reached[kind] for kind, floor in floors["made html pages"].items() if reached[kind] < floor}
    assert not short


def test_the_same_pages_give_the_same_weights_to_the_bit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    training: Any = importlib.import_module("train_lines")
    pages = [training.made(page) for page in training.made_pages(6, 3)]
    trainer = training.Trainer(made=((training.example(pages[0], 0.2),),))
    for name in ("one", "two"):
        weights = trainer.fit([training.example(page) for page in pages[1:]])
        training.write(weights, "a test", tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    shares = [training.judged(page, weights).f1 for page in pages]
    assert mean(shares) > 0.9
