"""The fields of a record, each declared once.

Rows and columns of the store, records (JSON, CSV), Arrow columns, the front matter of Markdown pages, what ``reclean``
compares, what ``show`` and ``explain`` print and the table in README are all derived from :data:`FIELDS`. A new field
of an article is an attribute in ``cleaners/items.py``, a line here, a migration that adds its column
(``cleaners/store/schema.py``), and the code that finds its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cleaners.disguises import DISGUISES
from cleaners.fields.kinds import FieldKind, Flag, Integer, Json, ListOf, MappingOf, Moment, Part, Real, Structure, Text
from cleaners.items import (
    ArticleImage,
    Clipping,
    EntryFields,
    Evidence,
    Extractor,
    Match,
    MissingPart,
    NewspaperEdition,
    PageAnnouncement,
    Region,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordField:
    """One field of a record."""

    name: str
    """Its name, everywhere: in records, columns, the store."""
    kind: FieldKind
    """What its values are, and how they look in the store and in JSON."""
    meaning: str
    """What it says, for README."""
    owner: Literal["article", "clipping", "cluster"] = "article"
    """Which type of ``cleaners.items`` has it."""
    attribute: str = ""
    """What that type calls it; empty: the same."""
    number: int | None = None
    """Its place among the columns of ``articles``, None where it has no column of its own there. Hashes of articles
    are made from the columns in this order: a number is never changed nor given to another field; a new field takes
    the next."""
    sorted_by: str = ""
    """A second column, directly behind it, with its seconds since 1970: to order and filter by."""
    compared: bool = False
    """Whether ``reclean`` says where it differs."""
    converted: bool = False
    """Whether ``export --script`` converts it."""
    front_matter: int | None = None
    """Its place in the front matter of a Markdown page; None: it is not there."""
    shown: int | None = None
    """Its place in what ``show`` prints; None: it is not there."""
    explained: bool = False
    """Whether ``explain`` prints it too, as something that was read from the page."""
    label: str = ""
    """What it is called there; empty: its name."""

    def value(self, clipping: Clipping) -> Any:
        """Its value in a clipping; None where that has no cluster to ask."""
        owners = {"article": clipping.article, "clipping": clipping, "cluster": clipping.cluster}
        owner = owners[self.owner]
        return None if owner is None else getattr(owner, self.attribute or self.name)


_TEXT, _TEXTS, _COUNTS = Text(), ListOf(Text()), MappingOf(Integer(), key="kind", value="count")
_IN_CHINA = Moment(shown_in="Asia/Shanghai")
_REGION = Structure(
    Region, Part(name="name", kind=_TEXT), Part(name="code", kind=_TEXT), Part(name="count", kind=Integer())
)
_IMAGE = Structure(
    ArticleImage,
    Part(name="url", kind=_TEXT),
    Part(name="caption", kind=_TEXT, converted=True),
    Part(name="file", kind=_TEXT),
)
EDITION = Structure(
    NewspaperEdition,
    Part(name="paper", kind=_TEXT, converted=True),
    Part(name="date", kind=_TEXT),
    Part(name="number", kind=_TEXT),
    Part(name="name", kind=_TEXT, converted=True),
)
"""The page of a newspaper that an article stands on."""
ANNOUNCEMENT = Structure(
    PageAnnouncement,
    Part(name="by", kind=_TEXT),
    Part(
        name="fields",
        kind=Structure(
            EntryFields,
            *(Part(name=name, kind=_TEXT) for name in ("kind", "title", "published", "source", "author", "section")),
        ),
    ),
    Part(name="text", kind=_TEXT),
)
"""What a feed or a sitemap says of a page, for the ledger of a crawl."""
_MISSING = Structure(MissingPart, Part(name="url", kind=_TEXT), Part(name="reason", kind=_TEXT))
_EXTRACTOR = Structure(
    Extractor, Part(name="name", kind=_TEXT), Part(name="version", kind=_TEXT), Part(name="recipe", kind=_TEXT)
)
EVIDENCE = Structure(
    Evidence,
    Part(name="shared", kind=Integer()),
    Part(name="numbers_agree", kind=Integer()),
    Part(name="numbers_differ", kind=ListOf(_TEXTS)),
    Part(name="score", kind=Real()),
    Part(name="here", kind=ListOf(Real())),
    Part(name="there", kind=ListOf(Real())),
)
"""Why two texts were matched."""
_MATCH = Structure(
    Match,
    Part(name="id", attribute="other", kind=_TEXT),
    Part(name="kind", kind=_TEXT),
    Part(name="similarity", kind=Real()),
    Part(name="containment", kind=Real()),
    Part(name="evidence", kind=EVIDENCE),
)

FIELDS: tuple[RecordField, ...] = (
    RecordField(
        name="id", kind=_TEXT, number=0, shown=10, front_matter=140,
        meaning="16 hex digits: SHA-256 of the canonical form of the fetched address, else of the page's bytes",
    ),
    RecordField(name="url", kind=_TEXT, number=2, shown=20, front_matter=20, meaning="the fetched address"),
    RecordField(
        name="declared_url", kind=_TEXT, number=21, compared=True, shown=25, label="calls itself",
        meaning="what the page calls itself (canonical, `og:url`), never an identity",
    ),
    RecordField(
        name="site", kind=_TEXT, number=3, front_matter=30,
        meaning="the site id of its job, else the registered domain of its address",
    ),
    RecordField(
        name="origin", kind=_TEXT, number=1, shown=30, label="page",
        meaning="where the page's bytes are: a path; members of archives and places in a WARC joined by `#`",
    ),
    RecordField(
        name="title", kind=_TEXT, number=4, compared=True, converted=True, front_matter=10, shown=0, explained=True,
        meaning="the headline, without the names of column and site",
    ),
    RecordField(
        name="text", kind=_TEXT, compared=True, converted=True,
        meaning="the body without its title, one paragraph a line, in its own script",
    ),
    RecordField(
        name="markdown", kind=_TEXT, compared=True, converted=True,
        meaning="the body as Markdown, where the page has headings, lists, tables, quotes, code or images",
    ),
    RecordField(
        name="images", kind=ListOf(_IMAGE), number=22, compared=True, converted=True,
        meaning="the images of the body, in order; `file` where a copy is kept",
    ),
    RecordField(
        name="section", kind=_TEXT, number=9, compared=True, converted=True, front_matter=50, shown=80, explained=True,
        meaning="category or column (类别, the last step of the breadcrumb)",
    ),
    RecordField(
        name="source", kind=_TEXT, number=8, compared=True, converted=True, front_matter=40, shown=50, explained=True,
        meaning="the declared 来源",
    ),
    RecordField(name="language", kind=_TEXT, number=11, compared=True, meaning="ISO 639-1"),
    RecordField(
        name="published", kind=_IN_CHINA, number=5, sorted_by="published_at", compared=True, front_matter=80, shown=40,
        explained=True, meaning="when the page says it was published, ISO 8601 with an offset",
    ),
    RecordField(
        name="authors", kind=_TEXTS, number=6, compared=True, converted=True, front_matter=60, shown=60, explained=True,
        meaning="reporters and writers, in order",
    ),
    RecordField(
        name="editors", kind=_TEXTS, number=7, compared=True, converted=True, front_matter=70, shown=70, explained=True,
        meaning="editors (责任编辑 and the like), in order",
    ),
    RecordField(
        name="edition", kind=EDITION, number=24, compared=True, converted=True,
        meaning="the page of a newspaper: paper, day of the issue, number and name of the page (第02版：综合)",
    ),
    RecordField(
        name="regions", kind=ListOf(_REGION), number=10, compared=True, front_matter=100, shown=90, explained=True,
        meaning="regions the text speaks of (新疆/阿克苏) with their GB/T 2260 codes, most evidence first",
    ),
    RecordField(
        name="script", kind=_TEXT, number=12, compared=True, front_matter=110,
        meaning="`simplified`, `traditional`, `mixed`, `other`",
    ),
    RecordField(
        name="disguises", kind=_TEXTS, number=13, compared=True, front_matter=120, shown=100, explained=True,
        meaning=f"disguises found: {', '.join(f'`{kind.name}`' for kind in DISGUISES)}",
    ),
    RecordField(
        name="repairs", kind=_COUNTS, number=14, compared=True, shown=110, explained=True,
        meaning="how many repairs of each kind were made",
    ),
    RecordField(
        name="noise_removed", kind=_COUNTS, number=15, compared=True, shown=120, explained=True, label="noise cut",
        meaning="characters cut, by class of noise",
    ),
    RecordField(
        name="confidence", kind=Real(), number=20, compared=True, shown=145,
        meaning="0 to 1: how sure it is that the body is right and whole (its expected F1); null: not measured",
    ),
    RecordField(
        name="quality", kind=Real(), number=16, compared=True, shown=150, explained=True,
        meaning="0 to 1: how complete and undisguised the copy is",
    ),
    RecordField(
        name="opt_out", kind=_TEXTS, number=17, compared=True, front_matter=130, shown=130, label="opt-out",
        meaning="signals found that its publisher does not want mining or indexing (`meta:noai` ...)",
    ),
    RecordField(
        name="next_url", kind=_TEXT, number=18, compared=True, shown=140, label="next page",
        meaning="the next page of an article of several pages that is not in its text",
    ),
    RecordField(
        name="parts", kind=_TEXTS, number=26, compared=True, shown=136, label="pages",
        meaning="the addresses of the pages that it was joined from, in order; empty where it is one page",
    ),
    RecordField(
        name="part_origins", kind=_TEXTS, number=27,
        meaning="where the bytes of the pages after the first are, as `origin`",
    ),
    RecordField(
        name="missing_parts", kind=ListOf(_MISSING), number=28, compared=True, shown=142, label="not in it",
        explained=True, meaning="the pages of the article that are not in its text, each with the reason",
    ),
    RecordField(
        name="found_by", kind=MappingOf(Text(), key="field", value="rule"), number=25,
        meaning="which rule found title, date, source ...: `feed published`, `date in address` ...",
    ),
    RecordField(
        name="extra", kind=MappingOf(Json(), key="name", value="value"), number=23,
        meaning="the other columns of the row of a table, as they were",
    ),
    RecordField(name="fetched_at", kind=Moment(), number=19, front_matter=90, meaning="when the page was fetched"),
    RecordField(name="extractor", kind=_EXTRACTOR, meaning="what made the record"),
    RecordField(
        name="revision", kind=Integer(), owner="clipping", shown=160,
        meaning="counts the texts that stood at one address, from 1",
    ),
    RecordField(
        name="cluster_id", kind=_TEXT, owner="cluster", attribute="id",
        meaning="the cluster of its copies; an article without copies has its own id",
    ),
    RecordField(name="cluster_size", kind=Integer(), owner="cluster", attribute="size", meaning="how many they are"),
    RecordField(name="is_canonical", kind=Flag(), owner="cluster", meaning="whether it is the best copy"),
    RecordField(name="earliest_url", kind=_TEXT, owner="cluster", meaning="where the story seems to come from"),
    RecordField(
        name="earliest_published", kind=_IN_CHINA, owner="cluster", meaning="the earliest date any copy declares",
    ),
    RecordField(
        name="matches", kind=ListOf(_MATCH), owner="clipping",
        meaning="verified matches; `containment` is the share of THIS text that the other one has",
    ),
)  # fmt: skip
"""All fields, in the order of a record."""

NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)
"""The names of a record, in order."""
STORED: tuple[RecordField, ...] = tuple(
    sorted((one for one in FIELDS if one.number is not None), key=lambda one: one.number or 0)
)
"""The fields that have a column in ``articles``, in the order of their numbers."""
CONVERTED: tuple[RecordField, ...] = tuple(field for field in FIELDS if field.converted)
"""The fields that ``export --script`` converts; all of them belong to the article."""
FRONT_MATTER: tuple[RecordField, ...] = tuple(
    sorted((one for one in FIELDS if one.front_matter is not None), key=lambda one: one.front_matter or 0)
)
"""The fields in the front matter of a Markdown page, in order."""
SHOWN: tuple[RecordField, ...] = tuple(
    sorted((one for one in FIELDS if one.shown is not None), key=lambda one: one.shown or 0)
)
"""The fields that ``show`` and ``explain`` print, in order."""
COMPARED: tuple[RecordField, ...] = tuple(
    sorted((one for one in FIELDS if one.compared), key=lambda one: len(FIELDS) if one.number is None else one.number)
)
"""The fields that ``reclean`` compares; those without a column (text, Markdown) come last."""
