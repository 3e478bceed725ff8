"""What travels with a request: typed, kept through retries and redirects, and never missing without a word."""

from __future__ import annotations

import pickle
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest
from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.request import request_from_dict
from scrapy.utils.test import get_crawler

from cleaners.config import SiteConfig
from cleaners.store import DiscoveredUrl
from crawler.request_context import (
    ArchivedExchange,
    RequestContext,
    amend_context,
    find_context,
    get_context,
    request_for,
)

SITE = SiteConfig(id="a", name="a", home="http://a.example/")
PAGE = RequestContext(site=SITE, found=DiscoveredUrl(url="http://a.example/1", site="a", hops=2))


def asking() -> Request:
    return request_for(PAGE.found.url, PAGE, callback=NO_CALLBACK, priority=7)


def test_a_response_has_the_context_of_its_request() -> None:
    request = asking()
    assert request.priority == 7
    assert get_context(Response(request.url, request=request)) is PAGE


def test_it_is_kept_when_a_request_is_made_again() -> None:
    request = asking()
    crawler = get_crawler()
    crawler.spider = crawler._create_spider("any")
    again = get_retry_request(request, reason="cut short", spider=crawler.spider, max_retry_times=2)
    moved = RedirectMiddleware.from_crawler(crawler).process_response(
        request, Response(request.url, status=302, headers={"Location": "/2"}, request=request)
    )
    assert again is not None
    assert isinstance(moved, Request)
    assert moved.url == "http://a.example/2"
    assert get_context(again) == get_context(moved) == PAGE


def test_an_amended_context_is_that_of_one_request_only() -> None:
    request = asking()
    copy = request.replace(priority=8)
    archived = ArchivedExchange(fetched_at=datetime.now(UTC), origin=Future(), record_id="<urn:uuid:1>")
    assert amend_context(request, archived=archived).archived is archived
    assert get_context(request).archived is archived
    assert get_context(copy) == PAGE


def test_a_request_without_one_says_how_it_is_made() -> None:
    robots = Request("http://a.example/robots.txt")
    assert find_context(robots) is None
    with pytest.raises(LookupError, match=r"http://a.example/robots.txt: .*request_for"):
        get_context(robots)
    with pytest.raises(LookupError):
        amend_context(robots, opt_out=("tdmrep",))


def test_scrapy_can_put_a_request_on_disk() -> None:
    spider = Spider("any")
    request = request_for(PAGE.found.url, PAGE, callback=spider.parse)
    stored = pickle.dumps(request.to_dict(spider=spider))
    assert get_context(request_from_dict(pickle.loads(stored), spider=spider)) == PAGE
