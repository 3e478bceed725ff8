"""The fields of the record, declared once: what is derived from them, and what must never change."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleaners.fields import COMPARED, CONVERTED, FIELDS, NAMES, STORED
from cleaners.fields.kinds import FieldKind, Flag, Integer, Json, ListOf, MappingOf, Moment, Part, Real, Structure, Text
from cleaners.items import Article, Clipping, Cluster
from cleaners.store import Store, codec
from cleaners.store.codec import ARTICLE_COLUMNS, article_row, digest, row_article
from tests.test_store import FULL

DOCUMENTED = (Path(__file__).resolve().parent.parent / "docs" / "record.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    address: str
    caption: str | None = None
    taken: datetime | None = None
    sizes: tuple[int, ...] = ()


PHOTOGRAPH = Structure(
    Photograph,
    Part(name="url", attribute="address", kind=Text()),
    Part(name="caption", kind=Text(), converted=True),
    Part(name="taken", kind=Moment()),
    Part(name="sizes", kind=ListOf(Integer())),
)
ONE = Photograph(
    address="http://a.example/1.jpg", caption="老磨坊的水声", taken=datetime(2024, 5, 6, tzinfo=UTC), sizes=(3, 4)
)
OTHER = Photograph(address="http://a.example/2.jpg")
VALUES: list[tuple[FieldKind, object, object]] = [
    (Text(), "文", "文"),
    (Text(), None, None),
    (Real(), 0.1, 0.1),
    (Integer(), 7, 7),
    (Flag(), False, False),
    (Flag(), None, None),
    (Moment(), ONE.taken, "2024-05-06T00:00:00+00:00"),
    (ListOf(Text()), (), []),
    (ListOf(ListOf(Text())), (("a", "b"), ()), [["a", "b"], []]),
    (MappingOf(Integer(), key="kind", value="count"), {"a": 1}, {"a": 1}),
    (MappingOf(Json(), key="name", value="value"), {"a": [1, None], "b": "c"}, {"a": [1, None], "b": "c"}),
    (PHOTOGRAPH, None, None),
    (PHOTOGRAPH, OTHER, {"url": OTHER.address, "caption": None, "taken": None, "sizes": []}),
    (ListOf(PHOTOGRAPH), (ONE,), [
        {"url": ONE.address, "caption": "老磨坊的水声", "taken": "2024-05-06T00:00:00+00:00", "sizes": [3, 4]}
    ]),
]  # fmt: skip


def test_the_table_in_the_readme_is_that_of_the_fields() -> None:
    table = ["| field | kind | what it says |", "|---|---|---|"]
    table += [f"| `{one.name}` | {one.kind.called()} | {one.meaning} |" for one in FIELDS]
    assert "\n".join(table) in DOCUMENTED, "the table of docs/record.md should be\n" + "\n".join(table)


def test_every_field_belongs_to_the_type_that_it_names() -> None:
    owners = {"article": Article, "clipping": Clipping, "cluster": Cluster}
    for one in FIELDS:
        assert (one.attribute or one.name) in {each.name for each in fields(owners[one.owner])}, one.name
    assert len(set(NAMES)) == len(NAMES)
    assert {each.name for each in fields(Article)} - {"pager"} <= set(NAMES)  # for whoever joins pages, in no record


def test_numbers_are_given_once_and_without_a_gap() -> None:
    assert [one.number for one in STORED] == list(range(len(STORED)))


def test_hashes_of_stored_articles_stay_what_they_were() -> None:
    # Made by jianbao 0.1 from the same article. Stores and series of increments know articles by these bytes.
    old = replace(
        FULL, declared_url=None, images=(), extra={}, found_by={}, edition=None, parts=(), part_origins=(),
        missing_parts=(),
    )  # fmt: skip
    assert digest(old, article_row(old)).hex() == "c67d7ab560042dac2100466baa65dbf8"
    assert digest(FULL, article_row(FULL)) != digest(old, article_row(old))


def test_a_column_added_later_changes_a_hash_only_where_it_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    row = article_row(FULL)
    before = digest(FULL, row)
    monkeypatch.setattr(codec, "ARTICLE_COLUMNS", (*ARTICLE_COLUMNS, "album", "camera"))
    assert digest(FULL, (*row, None, None)) == before
    hashes = {digest(FULL, (*row, *added)) for added in (("A03", None), (None, "A03"), ("A03", "A03"), ("A04", None))}
    assert len(hashes | {before}) == 5


def test_every_stored_field_has_its_column(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        there = {row[1] for row in store._db.rows("PRAGMA table_info(articles)")}
    assert set(ARTICLE_COLUMNS) <= there
    of_the_store = {"doc", "revision", "current", "first_doc", "cluster", "digest", "extractor"}
    assert there - set(ARTICLE_COLUMNS) == of_the_store, "a column without a field: declare it in cleaners/fields"


def test_rows_give_articles_back() -> None:
    row = article_row(FULL)
    assert len(row) == len(ARTICLE_COLUMNS)
    assert row_article(row, FULL.text, None, FULL.extractor).regions == FULL.regions


@pytest.mark.parametrize(("kind", "value", "record"), VALUES, ids=lambda one: type(one).__name__)
def test_a_value_of_every_kind_comes_back_from_a_row(kind: FieldKind, value: object, record: object) -> None:
    stored = kind.to_row(value)
    assert stored is None or isinstance(stored, str | int | float)
    assert kind.from_row(stored) == value
    assert (None if value is None else kind.record(value)) == record


@pytest.mark.parametrize(
    "kind", [ListOf(PHOTOGRAPH), PHOTOGRAPH, MappingOf(Integer(), key="kind", value="count"), Flag(), ListOf(Text())]
)
def test_arrow_holds_what_the_record_says(kind: FieldKind) -> None:
    pytest.importorskip("pyarrow")
    from cleaners.export.arrow import _arrow_type, _nested

    values = [value for other, value, _ in VALUES if other is kind or other.called() == kind.called()]
    array = _nested(kind, [None if value is None else kind.plain(value) for value in values], _arrow_type(kind))
    array.validate(full=True)
    for found, value in zip(array.to_pylist(), values, strict=True):
        expected = None if value is None else kind.record(value)
        if isinstance(kind, MappingOf):
            expected = [{"kind": name, "count": count} for name, count in expected.items()]
        assert _dated(found) == expected


def test_any_value_of_json_is_a_text_in_columns() -> None:
    pytest.importorskip("pyarrow")
    from cleaners.export.arrow import _arrow_type, _nested

    kind = MappingOf(Json(), key="name", value="value")
    array = _nested(kind, [{"a": [1, None], "b": "c", "d": None}, {}], _arrow_type(kind))
    array.validate(full=True)
    assert array.to_pylist() == [
        [{"name": "a", "value": "[1, null]"}, {"name": "b", "value": "c"}, {"name": "d", "value": None}], []
    ]  # fmt: skip


def test_an_unknown_number_is_null_in_columns() -> None:
    pa = pytest.importorskip("pyarrow")
    import numpy as np

    from cleaners.export.arrow import _array

    assert _array(np.array([0.5, np.nan]), pa.float64(), 2).to_pylist() == [0.5, None]


def test_a_structure_that_has_grown_reads_what_was_stored_before() -> None:
    assert PHOTOGRAPH.from_row('["http://a.example/1.jpg"]') == Photograph(address="http://a.example/1.jpg")


def test_what_is_converted_can_be() -> None:
    def convert(text: str) -> str:
        return f"<{text}>"

    for one in CONVERTED:
        value = getattr(FULL, one.name)
        assert one.kind.converted(value, convert) != value, one.name
    shown = ListOf(PHOTOGRAPH).converted((ONE, OTHER), convert)
    assert [one.caption for one in shown] == ["<老磨坊的水声>", None]
    assert shown[0].address == ONE.address
    with pytest.raises(TypeError, match="no text in it"):
        Real().converted(0.5, convert)


def test_reclean_compares_what_the_page_says_and_not_where_it_was_read() -> None:
    assert set(NAMES) - {one.name for one in COMPARED} == {
        "id", "url", "site", "origin", "part_origins", "found_by", "extra", "fetched_at", "extractor", "revision", "cluster_id", "cluster_size",
        "is_canonical", "earliest_url", "earliest_published", "matches",
    }  # fmt: skip


def test_no_other_file_lists_the_fields_again() -> None:
    names = [name for name in NAMES if name not in {"id", "url", "text", "script", "source", "matches", "title"}]
    for path in sorted((Path(__file__).resolve().parent.parent / "cleaners").rglob("*.py")):
        if path.parent.name == "fields" or path.name in {"items.py", "schema.py"}:
            continue
        said = [name for name in names if re.search(rf'"{name}"', path.read_text(encoding="utf-8"))]
        assert len(said) < 8, f"{path}: {said} stand here; derive them from cleaners.fields"


def _dated(value: object) -> object:
    if isinstance(value, dict):
        return {name: _dated(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_dated(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
