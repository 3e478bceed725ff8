"""Pages that are only a script which leads elsewhere: ``location.href = "html/2026-10/05/node_2.htm"``."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from scrapy import Request, Selector, Spider
from scrapy.http import HtmlResponse, Response

from crawler.discover import is_address
from crawler.middlewares.address_guard import AddressRefused
from crawler.middlewares.redirects import RedirectAskedAgain

_MOST = 20_000  # bytes of a page that only leads elsewhere
_FEW = 40  # characters that such a page may show
_GOES = re.compile(
    r"""(?:(?:window|self|top|parent|document)\s{0,9}\.\s{0,9}){0,4}\blocation\s*(?:\.\s*href\s*)?(?:=\s*|\.\s*(?:replace|assign)\s*\(\s*)"""
    r"""(["'])((?:(?!\1)[^\\\s]){1,500})\1\s*(?P<more>[;)\s}<]|$)"""
)
_SHOWN = "//text()[not(ancestor::script or ancestor::style or ancestor::title or ancestor::noscript)]"
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?:^|(?<=[\s;{}]))//[^\n]*", re.DOTALL | re.MULTILINE)
_DEPENDS = re.compile(r"userAgent|navigator|\bon\w+\s*=|confirm\s*\(", re.IGNORECASE)  # phones go elsewhere, or a click


def script_target(markup: str) -> str | None:
    """Where a page without text of its own leads by its script, as it stands there; None where it has text or does not.

    Only an address that stands in the script as one string counts, and only where nothing is asked before.
    """
    if len(markup) > _MOST or "location" not in markup:
        return None
    page = Selector(text=markup)
    if len("".join("".join(page.xpath(_SHOWN).getall()).split())) > _FEW:
        return None
    scripts = _COMMENT.sub("", "\n".join(page.xpath("//script/text()").getall()))
    found = None if _DEPENDS.search(scripts) else _GOES.search(scripts)
    return found[2] if found else None


class ScriptRedirects(RedirectAskedAgain):
    """Follows such a page as ``<meta http-equiv=refresh>`` is followed, and counts with its limits."""

    enabled_setting = "METAREFRESH_ENABLED"

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Raises :class:`~crawler.middlewares.address_guard.AddressRefused` where the new address is none."""
        if request.method == "HEAD" or not isinstance(response, HtmlResponse) or response.status != 200:
            return response
        target = script_target(response.text)
        if target is None:
            return response
        try:
            url = urljoin(response.url, target)
        except ValueError as error:
            raise AddressRefused("malformed redirect", f"script: {target[:200]}: {error}") from None
        if not is_address(url):
            return response
        redirected = self._build_redirect_request(request, response, url=url, method="GET")
        return self._redirect(redirected, request, "script")
