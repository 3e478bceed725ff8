"""A headless Chromium that reaches no network: it runs a page's scripts, and each of their requests is answered here.

Knows neither Scrapy nor jobs: who makes the requests is an argument. The only home of playwright.
"""

from __future__ import annotations

from crawler.browser.chromium import Chromium, NoBrowserError, missing
from crawler.browser.exchange import RefusedRequest, RequestRefusedError, ScriptAnswer, ScriptDownloads, ScriptRequest
from crawler.browser.rendering import RenderedDocument, RenderingError, RenderRules, render

__all__ = [
    "Chromium",
    "NoBrowserError",
    "RefusedRequest",
    "RenderRules",
    "RenderedDocument",
    "RenderingError",
    "RequestRefusedError",
    "ScriptAnswer",
    "ScriptDownloads",
    "ScriptRequest",
    "missing",
    "render",
]
