"""What leaves jianbao: clippings as records, JSON Lines and Markdown, written whole or not at all."""

from __future__ import annotations

from cleaners.export.jsonl import JsonLines, Output
from cleaners.export.markdown import markdown_folder, markdown_page
from cleaners.export.records import ScriptChoice, drop_record, in_script, record

__all__ = [
    "JsonLines",
    "Output",
    "ScriptChoice",
    "drop_record",
    "in_script",
    "markdown_folder",
    "markdown_page",
    "record",
]
