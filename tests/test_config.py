"""Seed files: what they may say, and how a mistake is told."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from cleaners.config import (
    FollowRule,
    JobConfig,
    JobDefaults,
    JobFocus,
    JobLimits,
    LineRule,
    RenderLimits,
    SeedEntry,
    SiteConfig,
    SiteExtractRule,
    load_job,
    parse_job,
)
from cleaners.errors import SeedFileError, UsageError

ROOT = Path(__file__).resolve().parent.parent
GOOD = """\
job: probe
contact: me@paper.example
allow_private_hosts: [127.0.0.1]
defaults: {timezone: Asia/Urumqi, delay: 3, limits: {pages: 5, minutes: 2}}
sites:
  - id: daily
    name: 绿洲晨报
    home: https://news.example.com/
    limits: {pages: 7}
    seeds: [{feed: https://news.example.com/rss.xml}, {list: https://news.example.com/list, pages: 3}]
    extract: [{body: div.c, drop: [.x], until: 2025-01-01}, {body: main}]
    charset: GBK
  - id: other
    name: 别家
    home: http://127.0.0.1:8080/
    delay: 0
    timezone: Asia/Shanghai
"""


def test_a_site_takes_from_the_defaults_what_it_does_not_say() -> None:
    daily, other = parse_job(GOOD).sites
    assert (daily.timezone, daily.delay) == ("Asia/Urumqi", 3)
    assert (daily.limits.pages, daily.limits.minutes) == (7, 2)
    assert (other.timezone, other.delay, other.limits.pages) == ("Asia/Shanghai", 0, 5)


def test_an_extraction_rule_ends_on_its_day() -> None:
    daily = parse_job(GOOD).sites[0]
    assert daily.rule_on(date(2025, 1, 1)) == daily.extract[0]
    assert daily.rule_on(date(2025, 1, 2)) == daily.extract[1]
    assert parse_job(GOOD).sites[1].rule_on(date(2025, 1, 1)) is None


def test_a_site_owns_its_domain_and_an_ip_only_its_port() -> None:
    daily, other = parse_job(GOOD).sites
    assert daily.owns("http://www.example.com/a")
    assert not daily.owns("http://www.example.com.cn/a")
    assert other.owns("http://127.0.0.1:8080/a")
    assert not other.owns("http://127.0.0.1:8081/a")
    assert not other.owns("http://127.0.0.2:8080/a")


def test_a_site_without_seeds_reads_its_home_page_as_a_list() -> None:
    assert [seed.list_page for seed in parse_job(GOOD).sites[1].entries] == ["http://127.0.0.1:8080/"]


def test_follow() -> None:
    follow = FollowRule(allow=(r"/\d{4}/",), deny=("/video/",))
    assert follow.admits("https://a.example/2025/x")
    assert not follow.admits("https://a.example/2025/video/x")
    assert not follow.admits("https://a.example/about")
    assert FollowRule().admits("https://a.example/about")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    home: https", "    hom: https", 8, "sites[1].hom is not a key of this block: did you mean `home`?"),
        ("{pages: 7}", "{page: 7}", 9, "sites[1].limits.page is not a key of this block: did you mean `pages`?"),
        ("{feed: ", "{fead: ", 10, "did you mean `feed`?"),
        ("contact: me", "kontakt: me", 2, "did you mean `contact`?"),
        ("job: probe\n", "", 1, "job is missing"),
        ("Asia/Urumqi", "Asia/Peking", 4, "defaults.timezone: 'Asia/Peking' is not a timezone"),
        ("Asia/Urumqi", "a/" * 2000, 4, "is not a timezone"),
        ("{pages: 7}", "{pages: many}", 9, "sites[1].limits.pages must be a whole number"),
        ("delay: 3", "delay: -1", 4, "defaults.delay must be 0 or more"),
        ("{pages: 7}", "{pages: 0}", 9, "sites[1].limits.pages must be more than 0"),
        ("{pages: 7}", "{parts: 501}", 9, "sites[1].limits.parts must be 500 or less"),
        ("{pages: 7}", "{pages: 7.5}", 9, "sites[1].limits.pages must be a whole number"),
        ("charset: GBK", "charset: GBK\n    verified: 3", 13, "sites[1].verified must be yes or no"),
        ("charset: GBK", "charset: GBK\n    verified: [a]", 13, "sites[1].verified must be yes or no"),
        ("charset: GBK", "charset: GBK\n    as_of: 3000-01-01 12:30:00", 13, "as_of must be a date without a time"),
        (
            "charset: GBK",
            "charset: GBK\n    rules: [{pattern: a, verdict: cat, reason: b}]",
            13,
            "verdict must be 'cut' or 'keep'",
        ),
        (
            "charset: GBK",
            "charset: GBK\n    rules: [{pattern: a, verdict: cut, reason: ''}]",
            13,
            "reason must not be empty",
        ),
        ("charset: GBK", "charset: GBK\n    follow: all", 13, "sites[1].follow must be a block of keys"),
        ("    delay: 0", "    delay: 0\n    home: http://127.0.0.1/", 17, "home: stands twice"),
        ("home: http://127.0.0.1:8080/", "home: http://example.org/", 1, "`delay: 0` at other"),
        ("div.c", "div..c", 11, "sites[1].extract[1].body: 'div..c' is not a CSS selector"),
        ("2025-01-01", "soon", 11, "until must be a date"),
        ("GBK", "GBKK", 12, "charset: 'GBKK' is not a character set"),
        ("https://news.example.com/rss.xml", "rss.xml", 10, "is not a web address"),
        ("{feed: https", "{pages: 2, feed: https", 10, "`pages` goes with `list:` only"),
        ("{feed: https", "{page: 3, feed: https", 10, "how many pages of a list are read, `pages:` says"),
        ("me@paper.example", "me", 2, "neither a mail address nor a web address"),
        ("id: other", "id: daily", 5, "two sites have the id 'daily'"),
        ("job: probe", "job: [probe", 2, "not valid YAML"),
        ("job: probe", "job: probe\nschedule: hourly", 2, "is not a cron expression"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(old: str, new: str, line: int, says: str) -> None:
    with pytest.raises(SeedFileError) as told:
        parse_job(GOOD.replace(old, new, 1), name="x.yaml")
    message = str(told.value)
    assert says in message
    assert message.startswith(f"x.yaml:{line}: ")
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_what_is_no_seed_file_is_told_so(text: str) -> None:
    with pytest.raises(SeedFileError, match="not a seed file"):
        parse_job(text)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such seed file"):
        load_job(tmp_path / "none.yaml")
    (tmp_path / "gbk.yaml").write_bytes("job: 新疆".encode("gbk"))
    with pytest.raises(SeedFileError, match="not UTF-8"):
        load_job(tmp_path / "gbk.yaml")


def test_sample_documents_lie_beside_the_seed_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD + "focus: {like: [samples/*.txt]}\n", encoding="utf-8")
    focus = load_job(tmp_path / "a.yaml").focus
    assert focus is not None
    assert focus.like == (str(tmp_path / "samples" / "*.txt"),)


def test_only_a_job_that_stays_on_loopback_is_local() -> None:
    assert not parse_job(GOOD).is_local
    local = (
        "job: a\nsites: [{id: a, name: a, home: 'http://127.0.0.3:80/'}, {id: b, name: b, home: 'http://localhost/'}]"
    )
    assert parse_job(local).is_local
    assert not parse_job(local.replace("http://localhost/", "http://localhost.example/")).is_local


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").glob("*.yaml")), ids=lambda path: path.name)
def test_the_seed_files_that_ship_are_right_and_claim_nothing(path: Path) -> None:
    job = load_job(path)
    assert job.contact is None, "a contact is the user's, not ours"
    for site in job.sites:
        assert not site.verified
        assert site.as_of is not None


def _documented() -> dict[str, set[str]]:
    """Heading -> keys of the tables under it."""
    found: dict[str, set[str]] = {}
    heading = ""
    for line in (ROOT / "seeds" / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif key := re.match(r"\| `(\w+)` \|", line):
            found.setdefault(heading, set()).add(key[1])
    return found


def test_the_readme_documents_every_key_and_no_other() -> None:
    def keys(model: type[BaseModel]) -> set[str]:
        return {field.alias or name for name, field in model.model_fields.items()}

    assert _documented() == {
        "The job": keys(JobConfig),
        "`defaults`, and each site": keys(JobDefaults),
        "`limits`": keys(JobLimits),
        "`sites`": keys(SiteConfig) - keys(JobDefaults),
        "`seeds`": keys(SeedEntry),
        "`follow`": keys(FollowRule),
        "`extract`": keys(SiteExtractRule),
        "`render`": keys(RenderLimits),
        "`rules`": keys(LineRule),
        "`focus`": keys(JobFocus),
    }


# Every example of seeds/README.md, at its place in a file.

_KEY = re.compile(r"^\| `(\w+)` \|.*\| `([^`]+)` \|$")
_SITE = {"id": "a", "name": "甲", "home": "https://news.example/"}


def examples() -> list[tuple[str, str, str]]:
    """Heading of its table, key, example."""
    found, heading = [], ""
    for line in (ROOT / "seeds" / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.strip("# ").strip("`")
        elif line.startswith("| `") and "`defaults`, and" not in line:
            match = _KEY.match(line)
            assert match, f"a key without an example: {line}"
            found.append((heading, match[1], match[2]))
    return found


def placed(heading: str, data: dict[str, Any]) -> dict[str, Any]:
    """A whole seed file with a block in it."""
    if heading == "The job":
        return {"job": "a", "contact": "me@a.example", "sites": [_SITE]} | data
    if heading == "focus":
        return placed("The job", {"focus": data})
    at_site = {"sites": data, "defaults`, and each site": data, "limits": {"limits": data}, "follow": {"follow": data}}
    at_site |= {
        "seeds": {"seeds": [data]},
        "extract": {"extract": [data]},
        "rules": {"rules": [data]},
        "render": {"render": data},
    }
    hosts = ["news.example"] if "delay" in data else []
    return {"job": "a", "contact": "me@a.example", "allow_private_hosts": hosts, "sites": [_SITE | at_site[heading]]}


@pytest.mark.parametrize(("heading", "key", "example"), examples())
def test_every_example_of_the_readme_is_a_seed_file(heading: str, key: str, example: str) -> None:
    data = yaml.safe_load(example)
    assert key in data, "it shows its own key"
    parse_job(yaml.safe_dump(placed(heading, data), allow_unicode=True, sort_keys=False))


LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 5000, "blocks inside each other"),
        ("job: " + "[" * 5000 + "]" * 5000, "blocks inside each other"),
        ("- " * 5000, "blocks inside each other"),
        ("l0: &l0 [ha]\n" + LAUGHS, "x.yaml:2: .*write it out"),
        ("job: &a [*a]", "write it out"),
        ("job: *nobody", "undefined alias"),
        ("job: a\nsince: 2024-13-01", "x.yaml:2: .*month must be in 1..12"),
        ("job: a\nsites: 9" + "9" * 5000, "x.yaml:2: .*is no value"),
        ("job: a\nsites: 99999-01-01 00:00:00", "x.yaml"),
        ("job: '" + "x" * 5_000_000, "split the job"),
        ("job: a\x00b", "not valid YAML"),
        ("job: !!python/object/apply:os.system [id]", "not valid YAML"),
        ("? [a, b]\n: c", "x.yaml"),
        ("<<: [1, 2]", "x.yaml"),
        ("job: !!binary '\u00b2'", "not valid YAML"),
        ("job: !!int x", "is no value"),
        ("job: !!timestamp x", "x.yaml"),
        ("%YAML 9.9\n---\njob: a", "not valid YAML"),
        ("a\n---\nb", "not valid YAML"),
        ("", "not a seed file"),
        ("\ud800: a", "not valid YAML"),
    ],
)  # fmt: skip
def test_a_hostile_seed_file_is_one_line_with_its_place(text: str, told: str) -> None:
    with pytest.raises(SeedFileError, match=told) as error:
        parse_job(text, name="x.yaml")
    assert "\n" not in str(error.value)


def test_an_alias_that_repeats_a_block_is_no_attack() -> None:
    text = GOOD.replace("{pages: 7}", "&few {pages: 7}").replace("    delay: 0\n", "    delay: 0\n    limits: *few\n")
    assert [site.limits.pages for site in parse_job(text).sites] == [7, 7]
