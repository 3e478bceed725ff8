"""Every danger of the web that the crawler is to stand, its guard, and the test that fails without the guard.

The table is checked in every run: its guards stand in the code as quoted, its tests exist. ``make soak`` takes each
guard away in a copy of the code and runs its test there, which must fail.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One guard taken away."""

    danger: str
    file: str
    guard: str
    """As it stands in the file, once."""
    without: str
    """What stands there instead."""
    test: str
    """``file::test`` in ``tests/``."""


def _of(file: str, *rows: tuple[str, str, str, str]) -> list[Mutation]:
    return [Mutation(danger=a, file=file, guard=b, without=c, test=f"test_{d}") for a, b, c, d in rows]


MUTATIONS: list[Mutation] = [
    *_of(
        "crawler/middlewares/politeness.py",
        ("robots.txt forbids", 'raise AddressRefused("robots.txt forbids", netloc)', "pass",
         "crawl.py::test_what_does_not_become_an_article_is_a_drop_with_its_reason"),
        ("robots.txt answers 5xx", "response.status >= 500 or response", "response",
         "crawl.py::test_robots_txt_is_asked_first_and_obeyed"),
        ("robots.txt answers 429", "500 or response.status == _TOO_MANY", "500",
         "hostile.py::test_a_robots_txt_that_cannot_be_had_forbids_everything"),
        ("robots.txt unreachable", "self._why[netloc] = exc if refused", "self._why[''] = exc if refused",
         "hostile.py::test_a_robots_txt_that_cannot_be_had_forbids_everything"),
        ("rules in a 404 page", "if 200 <= response.status < 300 else", "if response.status else",
         "crawl.py::test_robots_txt_is_asked_first_and_obeyed"),
        ("robots.txt asked again and again", "parser = await", "self._parsers.clear()\n        parser = await",
         "hostile.py::test_robots_txt_is_asked_once"),
        ("Crawl-delay", "if wait:\n", "if False:\n", "crawl.py::test_crawl_delay_and_retry_after_are_kept"),
        ("a slow server (AutoThrottle)", "super()._response_downloaded(response, request, spider)", "pass",
         "hostile.py::test_a_slow_server_is_left_more_time"),
        ("a job ruder than the settings", "else max(site.delay, self.mindelay)", "else site.delay",
         "hostile.py::test_no_pause_is_shorter_than_the_settings_or_the_job_say"),
        ("Retry-After", "_hold(slot, min(wait", "min(0, min(wait",
         "hostile.py::test_a_server_that_asks_for_time_gets_it_within_bounds"),
        ("Retry-After without an end", "min(wait, self._retry_after_max)", "wait",
         "hostile.py::test_a_server_that_asks_for_time_gets_it_within_bounds"),
        ("pages of a site", 'return "pages"\n', 'return ""\n', "hostile.py::test_a_site_may_take_only_so_many_pages"),
        ("minutes of a site", 'return "minutes"', 'return ""', "hostile.py::test_a_site_may_take_only_so_many_minutes"),
        ("bytes of a site", 'return "megabytes" if', 'return "" if',
         "hostile.py::test_a_site_may_take_only_so_many_bytes"),
    ),
    *_of(
        "crawler/settings.py",
        ("two requests to a host at once", "CONCURRENT_REQUESTS_PER_DOMAIN = 1", "CONCURRENT_REQUESTS_PER_DOMAIN = 8",
         "crawl.py::test_a_host_gets_one_request_at_a_time_from_someone_with_a_name"),
        ("robots.txt switched off", "ROBOTSTXT_OBEY = True", "ROBOTSTXT_OBEY = False",
         "hostile.py::test_there_is_no_switch_for_robots_txt"),
        ("a body without an end", "DOWNLOAD_MAXSIZE = 16 * 1024 * 1024", "DOWNLOAD_MAXSIZE = 0",
         "hostile.py::test_a_body_without_an_end_is_cut_off"),
        ("bombs in gzip, deflate, brotli, zstd", "DOWNLOAD_MAXSIZE = 16 * 1024 * 1024", "DOWNLOAD_MAXSIZE = 0",
         "hostile.py::test_bombs_are_not_unpacked"),
        ("redirects without an end", "REDIRECT_MAX_TIMES = 5", "REDIRECT_MAX_TIMES = 50",
         "hostile.py::test_redirects_end"),
        ("names that lead to private addresses", 'TWISTED_DNS_RESOLVER = "crawler.middlewares.address_guard.GuardedResolver"', "",
         "crawl.py::test_no_disguise_of_an_address_reaches_a_host_the_job_does_not_name"),
    ),
    *_of(
        "crawler/middlewares/address_guard.py",
        ("other schemes than http", 'if parts.scheme not in {"http", "https"} or not host:', "if not host:",
         "crawl.py::test_what_is_not_even_asked_for"),
        ("loopback, private, link-local ...", "return ip.is_global and not", "return not",
         "crawl.py::test_public_addresses"),
        ("multicast", " and not ip.is_multicast", "", "crawl.py::test_public_addresses"),
        ("IPv4 in IPv6", "return is_public(str(ip.ipv4_mapped))", "return True", "crawl.py::test_public_addresses"),
        ("IPv4 behind NAT64, 6to4, Teredo", "if any(ip in net for net in _TRANSLATED):", "if False:",
         "crawl.py::test_public_addresses"),
        ("private addresses after DNS", "if is_public(address.host):", "if address:",
         "crawl.py::test_a_name_leads_only_to_the_public_ones_of_its_addresses"),
        ("odd notations, at a redirect", "if is_public(address.host):", "if address:",
         "crawl.py::test_no_disguise_of_an_address_reaches_a_host_the_job_does_not_name"),
        ("rebinding", "return self._inner.resolveHostName(receiver,",
         "from unittest.mock import Mock\n        self._inner.resolveHostName(_PublicOnly(Mock(), hostName, self.refused), hostName)\n"
         "        return self._inner.resolveHostName(resolutionReceiver,",
         "hostile.py::test_a_connection_goes_to_the_address_that_was_judged"),
        ("hosts that another job may reach", "if host in self._others:", "if False:",
         "crawl.py::test_jobs_run_one_after_the_other_and_reach_only_their_own_private_hosts"),
        ("a private host of another site of the job", "and not _is_named_by(context, request):", "and False:",
         "hostile.py::test_a_private_host_of_the_job_is_not_reached_by_another_site_of_it"),
        ("a proxy asked for a private number", "is not None and not is_public(number):", "is not None and False:",
         "hostile.py::test_a_proxy_is_not_asked_for_a_private_address_that_is_written_as_a_number"),
        ("a redirect to another site", "if context is not None and _has_left_its_site(", "if False and _has_left_its_site(",
         "crawl.py::test_what_does_not_become_an_article_is_a_drop_with_its_reason"),
        ("credentials in an address", "elif parts.username or parts.password:", "elif False:",
         "hostile.py::test_credentials_are_not_sent"),
        ("what is near through a proxy", 'request.meta["proxy"] = None', "pass",
         "hostile.py::test_a_proxy_is_asked_for_the_world_and_never_for_what_is_near"),
        ("pictures, video, programs", "if (kind and is_none)", "if (kind and False)",
         "hostile.py::test_what_is_no_page_is_left_at_its_head"),
        ("attachments", "or (attached and is_page)", "", "hostile.py::test_what_is_no_page_is_left_at_its_head"),
    ),
    *_of(
        "crawler/middlewares/http_handler.py",
        ("a head without an end", "if self.received > self.most:", "if False:",
         "hostile.py::test_heads_are_bounded_as_a_whole_and_not_asked_for_again"),
        ("a head without an end, asked for again", "if why.check(HeadTooLargeError):", "if False:",
         "hostile.py::test_heads_are_bounded_as_a_whole_and_not_asked_for_again"),
        ("bytes of requests that wait already", "budget.look_again(request)", "pass",
         "hostile.py::test_a_site_may_take_only_so_many_bytes"),
    ),
    *_of(
        "crawler/feeds.py",
        ("feeds without an end", "tuple(islice(links, most))", "tuple(links)",
         "hostile.py::test_feeds_and_sitemaps_are_bounded"),
        ("sitemaps without an end", "islice(parsed, most)", "parsed",
         "hostile.py::test_feeds_and_sitemaps_are_bounded"),
        ("a bomb as a sitemap", "decompress(body, limit)", "decompress(body, 10**9)",
         "hostile.py::test_feeds_and_sitemaps_are_bounded"),
        ("XML entities and external DTDs", "parsed = Parser(body)",
         "from lxml import etree\n        loose = etree.XMLParser(load_dtd=True, no_network=False, resolve_entities=True)\n"
         "        parsed = Parser(etree.tostring(etree.fromstring(body, loose)))",
         "hostile.py::test_xml_fetches_nothing_and_unfolds_nothing"),
        ("a feed of a million tags", "sound_xml(_first_tags(body))", "sound_xml(body)",
         "crawl.py::test_only_the_first_tags_of_a_feed_are_read"),
    ),
    *_of(
        "crawler/spiders/sources.py",
        ("sitemaps of sitemaps", 'if self._sitemaps[site.id] <= files:', "if True:",
         "hostile.py::test_feeds_and_sitemaps_are_bounded"),
    ),
    *_of(
        "crawler/spiders/news.py",
        ("links without an end (depth)", "if hops < site.follow.depth and", "if",
         "hostile.py::test_links_are_followed_no_deeper_than_the_job_says"),
    ),
    *_of(
        "crawler/scheduling/traps.py",
        ("calendars", 'return "calendar"', "return None", "hostile.py::test_endless_webs_are_told_by_their_addresses"),
        ("paths that repeat themselves", 'return "path repetition"', "return None",
         "hostile.py::test_endless_webs_are_told_by_their_addresses"),
        ("combinations of filters", 'return "query combinations"', "return None",
         "hostile.py::test_endless_webs_are_told_by_their_addresses"),
        ("the same page under many addresses", 'self._closed.setdefault(kind, "duplicate content")', "pass",
         "hostile.py::test_pages_that_are_all_the_same_or_never_articles_lead_nowhere"),
        ("pages that never are articles", 'self._closed.setdefault(kind, "no articles")', "pass",
         "hostile.py::test_pages_that_are_all_the_same_or_never_articles_lead_nowhere"),
    ),
    *_of(
        "crawler/browser/chromium.py",
        ("a page's script that sends datagrams (WebRTC)", '    "--webrtc-ip-handling-policy=disable_non_proxied_udp",\n', "",
         "rendering.py::test_no_trick_of_a_page_reaches_an_address_of_this_machine"),
    ),
    *_of(
        "crawler/browser/rendering.py",
        ("a page's script that asks without end", "if self._requests >= self._rules.requests:", "if False:",
         "rendering.py::test_ten_thousand_requests_are_sixty"),
        ("a page's script that never ends", "await asyncio.wait_for(self._html(page), _LAST_WORD), True",
         "await self._html(page), True",
         "rendering.py::test_hostile_pages_end_as_what_they_show_or_as_a_drop"),
        ("frames and windows of a page", '        await route.abort("blockedbyclient")\n\n    async def _fetch',
         '        await self._fetch(route, request)\n\n    async def _fetch',
         "rendering.py::test_neither_windows_nor_frames_are_fetched_and_requests_have_a_limit"),
    ),
    *_of(
        "cleaners/extract/page_type.py",
        ("pages that need JavaScript", '        return SCRIPT_SHELL', '        return "no prose"',
         "hostile.py::test_a_page_that_needs_javascript_says_so"),
    ),
    *_of(
        "cleaners/config/load.py",
        ("a crawl by nobody", "if job.contact is None and not job.is_local:", "if False:",
         "crawl.py::test_who_asks_must_be_said_before_anything_but_loopback_is_fetched"),
    ),
    *_of(
        "crawler/run.py",
        ("a user agent without a name", "(+{job.contact or 'loopback only'})", "",
         "crawl.py::test_a_host_gets_one_request_at_a_time_from_someone_with_a_name"),
        ("a certificate of nobody", 'settings.set("DOWNLOAD_VERIFY_CERTIFICATES", job.verify_tls, priority="cmdline")',
         "pass", "hostile.py::test_a_certificate_is_asked_for_only_where_the_job_says_so"),
    ),
    *_of(
        "cleaners/metadata/opt_out.py",
        ("robots meta noai, noindex", "elif _ROBOTS.match(name):", "elif False:",
         "hostile.py::test_what_a_page_reserves_is_recorded_with_it"),
        ("X-Robots-Tag", 'elif name.lower() == "x-robots-tag":', "elif False:",
         "hostile.py::test_what_a_page_reserves_is_recorded_with_it"),
        ("tdm-reservation in the page", 'if name == "tdm-reservation" and', "if False and",
         "hostile.py::test_what_a_page_reserves_is_recorded_with_it"),
        ("tdm-reservation in the head", 'if name.lower() == "tdm-reservation" and', "if False and",
         "hostile.py::test_what_a_page_reserves_is_recorded_with_it"),
    ),
    *_of(
        "crawler/middlewares/tdm_reservation.py",
        ("tdmrep.json", "amend_context(request, opt_out=(*context.opt_out, *reserved))", "pass",
         "crawl.py::test_what_a_host_reserves_goes_with_its_pages"),
    ),
]  # fmt: skip


def _mutated(one: Mutation) -> str:
    code = (ROOT / one.file).read_text(encoding="utf-8")
    assert code.count(one.guard) == 1, f"{one.file}: {one.guard!r} stands there {code.count(one.guard)} times"
    return code.replace(one.guard, one.without)


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.danger)
def test_every_guard_stands_as_quoted_and_has_its_test(one: Mutation) -> None:
    ast.parse(_mutated(one))
    file, _, name = one.test.partition("::")
    assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.mark.soak
@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.danger)
def test_without_its_guard_the_test_fails(one: Mutation, tmp_path: Path) -> None:
    for folder in ("crawler", "cleaners", "tests", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)  # with what numba has compiled
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / one.file).write_text(_mutated(one), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/{one.test}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "AssertionError" in done.stdout or "DID NOT RAISE" in done.stdout, done.stdout[-2000:]
