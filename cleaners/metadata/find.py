"""All fields of one page, each by its own module, from the same few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cleaners.characters import HAN_CHARACTER, KANA_OR_HANGUL
from cleaners.items import EntryFields, Metadata, NewspaperEdition
from cleaners.metadata.authors import authors, declared_authors, editors, english_authors
from cleaners.metadata.declared import read_declared
from cleaners.metadata.edition import read_edition
from cleaners.metadata.info_lines import InfoAnswer, InfoLines, pieces
from cleaners.metadata.markup import marked
from cleaners.metadata.opt_out import opt_out_head
from cleaners.metadata.page_regions import paragraphs, split_page
from cleaners.metadata.published import PublishedDate, published
from cleaners.metadata.section import section
from cleaners.metadata.selected import (
    RULE,
    SelectedTexts,
    line_of,
    selected_authors,
    selected_date,
    selected_source,
)  # fmt: skip
from cleaners.metadata.source_places import cell_authors, find_source, own_press
from cleaners.metadata.title import headline
from cleaners.page.lines import PageLines

_MARKED_ABOVE = 3  # further up stand other articles


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def find_metadata(
    blocks: PageLines,
    *,
    timezone: str = "Asia/Shanghai",
    publisher: str | None = None,
    fetched_at: datetime | None = None,
    url: str | None = None,
    columns: EntryFields = EntryFields(),
    edition: NewspaperEdition | None = None,
    selected: SelectedTexts = SelectedTexts(),
) -> Metadata:
    """Read what a page says of itself; what it does not say stays None.

    ``timezone`` (IANA name) holds for dates without an offset. ``publisher`` is the site's own name, where known:
    来源：本站 then means it. ``fetched_at`` (with a timezone) gives relative dates a sense and refuses future dates.
    ``url``: the fetched address; the day in it is the date where the page tells none. ``columns``: what stands beside
    the page in a table or a feed, believed where the page itself tells nothing. ``edition``: what is known of the
    page of a newspaper it stands on; its day is the date where nothing else tells one.

    ``selected``: what a site's own selectors name, believed first.

    Raises ``zoneinfo.ZoneInfoNotFoundError`` for an unknown ``timezone``.
    """
    declared = read_declared(blocks.head, url, columns)
    texts = paragraphs(blocks.lines)
    title = headline(blocks.lines, texts, blocks.head, declared, publisher)
    if selected.title:
        places = line_of(selected.title, blocks.lines)
        title = replace(title, text=" ".join(selected.title.split()), rule=RULE, lines=places or title.lines)
    zones = split_page(blocks, texts, title.lines)
    near = InfoLines(above=pieces(zones.above), top=pieces(zones.top), below=pieces(zones.below))
    marks = marked(blocks, [piece.index for piece in (*near.top, *reversed(near.above[-_MARKED_ABOVE:]))])
    chinese = _is_chinese((title.text or "") + "".join(line.text for line in zones.first))
    date = published(near, declared, _zone(timezone), fetched_at, blocks, marks, chinese=chinese)
    if date is None and edition is not None and edition.date:
        date = PublishedDate(
            moment=datetime.fromisoformat(edition.date).replace(tzinfo=_zone(timezone)), rule="day of the issue"
        )
    date = selected_date(selected.published, _zone(timezone), fetched_at) or date
    source = selected_source(selected.source, publisher) or find_source(
        near, declared, publisher, marks, chinese=chinese
    )
    if chinese:
        name = source.value if source else None
        writers = authors(zones, near, name, declared, marks, blocks.lines) or cell_authors(columns)
    else:
        writers = declared_authors(declared) or english_authors(near)
    writers = selected_authors(selected.authors) or writers
    if source is None and chinese:
        told = [piece.line for piece in near.top] + [*zones.first, *zones.last]
        source = own_press(blocks.head, declared, publisher, writers, told)
    edited = editors(near) if chinese else ()
    trail = section(blocks.lines, [*reversed(zones.above), *zones.top], near.top, declared, title.text)
    return Metadata(
        title=title.text,
        published=date.moment if date else None,
        authors=writers.values if writers else (),
        editors=tuple(dict.fromkeys(name for answer in edited for name in answer.values)),
        source=source.value if source else None,
        section=trail.section,
        edition=read_edition(blocks, url, edition),
        title_line=title.lines[0] if title.lines else None,
        claims=_claims(title.lines, zones.block, date, source, writers, edited, trail.line, near.values),
        rules=_rules(
            title=title.rule,
            published=date,
            source=source,
            authors=writers,
            editors=edited[0] if edited else None,
            section=trail.rule,
        ),
        opt_out=opt_out_head(blocks.head),
    )


def _is_chinese(text: str) -> bool:
    han = len(HAN_CHARACTER.findall(text))
    return han >= 2 and han * 5 >= len(text) and len(KANA_OR_HANGUL.findall(text)) * 10 < len(text)


def _claims(
    title: Sequence[int],
    block: Sequence[int],
    date: PublishedDate | None,
    source: InfoAnswer | None,
    writers: InfoAnswer | None,
    edited: Sequence[InfoAnswer],
    trail: int | None,
    values: Mapping[int, int],
) -> dict[int, str]:
    """What each line was read as; where it says several things, the first of: title, byline block, source line ..."""
    claims = dict.fromkeys(block, "byline block") | dict.fromkeys(title, "title")
    said = [(date.line if date else None, "source line"), (source.line if source else None, "source line")]
    said.append((writers.line if writers else None, "byline"))
    said += [(answer.line, "editor") for answer in edited]
    said.append((trail, "breadcrumb"))
    for line, role in said:
        if line is not None:
            claims.setdefault(line, role)
            if line in values:
                claims.setdefault(values[line], role)
    return claims


def _rules(**found: PublishedDate | InfoAnswer | str | None) -> dict[str, str]:
    named = {field: answer if isinstance(answer, str | None) else answer.rule for field, answer in found.items()}
    return {field: rule for field, rule in named.items() if rule}
