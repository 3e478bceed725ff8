"""What leaves jianbao, whole or not at all: records as JSON Lines, Parquet, CSV, RSS, a dataset folder; pages
to read as Markdown, HTML, EPUB.

``run.export`` takes articles out of a store; the rest also serves those who have none. ``formats`` finds the formats.
"""

from __future__ import annotations

from cleaners.export.jsonl import JsonLinesFile, RecordOutput
from cleaners.export.markdown import markdown_page
from cleaners.export.markdown_folder import write_markdown_folder
from cleaners.export.records import ScriptChoice, drop_record, in_script, record

__all__ = [
    "JsonLinesFile",
    "RecordOutput",
    "ScriptChoice",
    "drop_record",
    "in_script",
    "markdown_page",
    "record",
    "write_markdown_folder",
]
