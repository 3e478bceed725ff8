"""What every command of the fault suite needs, imported and used once in the server that its processes are forked from:
a kill then meets the command's work, not its imports."""

from __future__ import annotations

import json

from cleaners import clean
from cleaners.dedup import fingerprint, verify
from cleaners.items import Article, Page
from crawler import cli
from tests.test_clean_store import story

TEXT = story(0)
RECORD = json.dumps({"url": "https://news.example/warm", "title": "第一件事的来龙去脉", "text": TEXT})
assert isinstance(clean(Page(origin="warm.html", body=f"<p>{TEXT}</p>".encode())), Article)
fingerprint.signatures([TEXT])
assert cli and verify
