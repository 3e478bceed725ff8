"""CSL-JSON (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html), which Zotero and Pandoc import."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from cleaners.export.citation import citation
from cleaners.export.formats import ExportFormat
from cleaners.export.line_writer import LineWriter
from cleaners.items import Clipping


class CslWriter(LineWriter):
    """Articles as one JSON array of items of the type article-newspaper."""

    opening, between, closing = "[\n", ",\n", "\n]\n"

    def text(self, clipping: Clipping) -> str:
        """One item; what is unknown is left out, as the schema has no null."""
        cited = citation(clipping)
        item: dict[str, Any] = {
            "id": cited.id, "type": "article-newspaper", "title": cited.title,
            "author": [{"literal": name} for name in cited.authors], "container-title": cited.container,
            "issued": _date(cited.published), "accessed": _date(cited.accessed), "URL": cited.url, "page": cited.page,
            "section": cited.section, "language": cited.language, "keyword": ", ".join(cited.keywords),
        }  # fmt: skip
        return json.dumps({name: value for name, value in item.items() if value}, ensure_ascii=False)


def _date(moment: datetime | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[moment.year, moment.month, moment.day]]} if moment else None


FORMAT = ExportFormat(
    name="csl", meaning="CSL-JSON: references for Zotero and Pandoc", writer=CslWriter, has_removals=False
)
"""The format, for :mod:`cleaners.export.formats`."""
