"""References, JSON-LD and the graph of reposts: read back as the programs read them that they are for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rispy
from lxml import etree

from cleaners.export.citation import citation
from cleaners.export.gbt7714 import reference
from cleaners.export.run import ExportRequest, export
from cleaners.items import Article, Clipping, NewspaperEdition
from cleaners.store import FilterChoice, Store
from tests.test_export_snapshot import link, put

CSL_TEXTS = {"id", "type", "title", "container-title", "URL", "page", "section", "language", "keyword"}
CSL_DATES = {"issued", "accessed"}
SEEN = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A story of three copies on three days (one without a date), a page of a newspaper, an article of nothing."""
    with Store.open(tmp_path_factory.mktemp("references") / "jianbao.db") as opened:
        put(
            opened,
            1,
            title="棉田里的新机器",
            source="昆玉日报",
            authors=("王一", "李二", "赵三", "钱四"),
            fetched_at=SEEN,
        )
        put(opened, 2, title="棉田里的新机器\n（转载）\x0b")
        put(opened, 3, published=None)
        put(opened, 4, title="四版的消息", edition=NewspaperEdition(paper="昆玉日报", number="04"), fetched_at=SEEN)
        opened.articles.put(Article(id="e" * 16, origin="x#y", text="只有正文。"))
        link(opened, 1, 2)
        link(opened, 1, 3)
        yield opened


def made(store: Store, folder: Path, form: str, **choice: Any) -> str:
    target = folder / f"x.{form}"
    export(store, ExportRequest(target=str(target), form=form, choice=FilterChoice(**choice)))
    return target.read_bytes().decode()


def clippings(store: Store) -> dict[str, Clipping]:
    return {one.article.id: one for one in store.clippings.select(with_duplicates=True)}


def test_ris_is_read_back_as_it_was_meant(store: Store, tmp_path: Path) -> None:
    text = made(store, tmp_path, "ris", with_duplicates=True)
    assert text.count("\r\n") == text.count("\n") and text.endswith("ER  - \r\n\r\n")
    read = {one["id"]: one for one in rispy.loads(text)}
    assert read.keys() == clippings(store).keys()
    assert not any("unknown_tag" in one for one in read.values())
    full = read[f"{1:016x}"]
    assert full["type_of_reference"] == "NEWS" and full["title"] == "棉田里的新机器"
    assert full["authors"] == ["王一", "李二", "赵三", "钱四"] and full["secondary_title"] == "昆玉日报"
    assert (full["date"], full["year"], full["access_date"]) == ("2024/01/02", "2024", "2026/11/30")
    assert read[f"{2:016x}"]["title"] == "棉田里的新机器 （转载）", "a value is one line"
    assert read[f"{4:016x}"]["start_page"] == "04"


def test_csl_is_one_array_without_nulls(store: Store, tmp_path: Path) -> None:
    items = json.loads(made(store, tmp_path, "csl", with_duplicates=True))
    assert {item["id"] for item in items} == clippings(store).keys()
    by_id = {item["id"]: item for item in items}
    assert by_id[f"{1:016x}"]["issued"] == {"date-parts": [[2024, 1, 2]]}
    assert by_id[f"{1:016x}"]["author"][0] == {"literal": "王一"}
    assert by_id[f"{4:016x}"]["page"] == "04"
    assert by_id["e" * 16].keys() == {"id", "type", "language"}
    for item in items:  # what csl-data.json (citation-style-language/schema) says of these; it has no other fields
        assert item["type"] == "article-newspaper" and item.keys() <= CSL_TEXTS | CSL_DATES | {"author"}
        assert all(isinstance(item[name], str) for name in item.keys() & CSL_TEXTS)
        assert all(item[name].keys() == {"date-parts"} and len(item[name]["date-parts"]) == 1
                   and [type(part) for part in item[name]["date-parts"][0]] == [int] * 3
                   for name in item.keys() & CSL_DATES)  # fmt: skip
        assert all(name.keys() == {"literal"} for name in item.get("author", ()))


def test_no_article_is_still_a_document(store: Store, tmp_path: Path) -> None:
    nothing = {"selection": replace(FilterChoice().selection, site="nobody.example")}
    assert json.loads(made(store, tmp_path, "csl", **nothing)) == []
    assert json.loads(made(store, tmp_path, "jsonld", **nothing))["@graph"] == []
    assert etree.fromstring(made(store, tmp_path, "graphml", **nothing).encode()).find("{*}graph") is not None


def test_a_reference_as_the_standard_writes_it(store: Store, tmp_path: Path) -> None:
    """The first and the third are what the style of the Citation Style Language makes of the same articles."""
    known = clippings(store)
    full, page = known[f"{1:016x}"].article, known[f"{4:016x}"].article
    lines = made(store, tmp_path, "gbt7714", with_duplicates=True).splitlines()
    assert len(lines) == 5
    assert f"王一, 李二, 赵三, 等. 棉田里的新机器[N/OL]. 昆玉日报, 2024-01-02[2026-11-30]. {full.url}." in lines
    assert any(line.endswith(f"四版的消息[N/OL]. 昆玉日报, 2024-01-05(04)[2026-11-30]. {page.url}.") for line in lines)
    assert "无题[EB]." in lines


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"source": "天山网"}, "王一, 李二. 题[EB/OL]. 天山网, 2024(2024-01-02)[2026-11-30]. http://s.example/1."),
        (
            {"source": "财联社电报", "authors": ()},
            "题[EB/OL]. 财联社电报, 2024(2024-01-02)[2026-11-30]. http://s.example/1.",
        ),
        ({"source": "自由時報", "fetched_at": None}, "王一, 李二. 题[N/OL]. 自由時報, 2024-01-02. http://s.example/1."),
        ({"source": None, "site": None}, "王一, 李二. 题[EB/OL]. (2024-01-02)[2026-11-30]. http://s.example/1."),
        ({"source": "天山网", "published": None}, "王一, 李二. 题[EB/OL]. 天山网[2026-11-30]. http://s.example/1."),
        ({"source": "天山网", "url": None}, "王一, 李二. 题[EB]. 天山网, 2024(2024-01-02)."),
    ],
)
def test_a_reference_says_what_is_known(given: dict[str, Any], written: str) -> None:
    known: dict[str, Any] = {
        "title": "题", "authors": ("王一", "李二"), "published": datetime(2024, 1, 2, tzinfo=UTC), "fetched_at": SEEN,
        "url": "http://s.example/1",
    }  # fmt: skip
    made = Article(id="a" * 16, origin="a", text="文。", **(known | given))
    assert reference(citation(Clipping(article=made))) == written


def test_json_ld_leads_from_a_copy_to_what_it_copies(store: Store, tmp_path: Path) -> None:
    document = json.loads(made(store, tmp_path, "jsonld", with_duplicates=True))
    assert document["@context"] == "https://schema.org"
    by_id = {item["identifier"]: item for item in document["@graph"]}
    known = clippings(store)
    assert by_id.keys() == known.keys() and all(item["@type"] == "NewsArticle" for item in by_id.values())
    first = known[f"{1:016x}"].article
    assert by_id[f"{2:016x}"]["isBasedOn"] == {
        "@type": "NewsArticle", "@id": f"urn:jianbao:{first.id}", "url": first.url,
    }  # fmt: skip
    assert "isBasedOn" not in by_id[first.id] and "isBasedOn" not in by_id[f"{4:016x}"]
    assert by_id[first.id]["articleBody"] == first.text


def test_of_one_copy_json_ld_names_where_the_story_comes_from(store: Store, tmp_path: Path) -> None:
    known = clippings(store)
    cluster = known[f"{1:016x}"].cluster
    assert cluster
    story = [json.loads(made(store, tmp_path, "jsonld"))["@graph"]]
    based = {item["identifier"]: item.get("isBasedOn") for item in story[0]}
    (best,) = [
        one.article for one in known.values() if one.cluster and one.cluster.is_canonical and one.cluster.size > 1
    ]
    told = {"@type": "NewsArticle", "url": cluster.earliest_url}
    assert based[best.id] == (None if best.url == cluster.earliest_url else told)


def test_a_graph_has_every_copy_and_its_edges_lead_back_in_time(store: Store, tmp_path: Path) -> None:
    graph = etree.fromstring(made(store, tmp_path, "graphml", with_duplicates=True).encode())
    keys = {key.get("id"): key.get("attr.name") for key in graph.iter("{*}key")}
    nodes = {node.get("id") for node in graph.iter("{*}node")}
    assert nodes == clippings(store).keys()
    edges = {
        (edge.get("source"), edge.get("target")): {keys[data.get("key")]: data.text for data in edge}
        for edge in graph.iter("{*}edge")
    }
    assert edges.keys() == {(f"{2:016x}", f"{1:016x}"), (f"{3:016x}", f"{1:016x}")}
    assert edges[f"{2:016x}", f"{1:016x}"]["dated"] == "true"
    assert edges[f"{3:016x}", f"{1:016x}"]["dated"] == "false", "one of them has no date"
