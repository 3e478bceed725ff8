"""The small web itself: every address with its answer, drawn once before the server starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from string import Template
from typing import Literal

from crawler.demo import calendar, disguise, feeds
from crawler.demo.manifest import SERIES, DemoManifest, Kind, PageTruth, article_truth
from crawler.demo.pages import draw
from crawler.demo.plan import DemoPlan, PlannedPosting, SitePlan
from crawler.demo.stories import HERE

PER_LIST = 9
"""Articles on one page of the newspaper's list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What the server sends for one address."""

    kind: Kind
    body: bytes
    status: int = 200
    content_type: str = "text/html"
    location: str | None = None
    """Where a redirect leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """A page of a site that is not served: files that were made of it are what is left."""

    truth: PageTruth
    title: str
    html: str
    left: Literal["wget", "browser"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWeb:
    """All sites."""

    origins: Mapping[str, str]
    """Site id -> scheme, address and port."""
    answers: Mapping[str, WebAnswer]
    """Full address -> answer."""
    manifest: DemoManifest
    """Of what is served."""
    saved: tuple[SavedPage, ...] = ()
    """Of sites that are not served."""

    @property
    def whole(self) -> DemoManifest:
        """Of what is served and what is left of other sites."""
        return replace(self.manifest, pages=(*self.manifest.pages, *(one.truth for one in self.saved)))

    def answer(self, site: str, path: str) -> WebAnswer:
        """The answer for a path of a site; the calendar has a page for every month there is."""
        if found := self.answers.get(self.origins[site] + path):
            return found
        if month := calendar.month_of(path):
            return WebAnswer(
                kind="calendar", body=calendar.draw(month).encode(), content_type="text/html; charset=utf-8"
            )
        return WebAnswer(kind="missing", body=b"<h1>404 Not Found</h1>", status=404)


def build(plan: DemoPlan, origins: Mapping[str, str]) -> SmallWeb:
    """Draw every page of the plan for sites at these origins."""
    answers: dict[str, WebAnswer] = {}
    pages: list[PageTruth] = []
    served = [site for site in plan.sites.values() if site.left == "all"]
    for site in served:
        for posting in plan.of(site.id):
            drawn = draw(plan, posting, origins)
            url = origins[site.id] + posting.path(site)
            answers[url] = _page(site, drawn.html, "article")
            truth = article_truth(plan, posting, drawn)
            paths = posting.page_paths(site, plan.stories[posting.story])
            for path, html in zip(paths[1:], drawn.further, strict=True):
                answers[origins[site.id] + path] = _page(site, html, "part")
                pages.append(PageTruth(url=origins[site.id] + path, site=site.id, kind="part"))
            if drawn.further:
                truth = replace(truth, page_urls=tuple(origins[site.id] + path for path in paths))
            pages.append(PageTruth(url=url, site=site.id, kind="article", article=truth))
        for path, answer in _around(plan, site, origins[site.id]):
            url = origins[site.id] + path
            answers[url] = answer
            pages.append(PageTruth(url=url, site=site.id, kind=answer.kind))
    names = {site.id: site.name for site in plan.sites.values()}
    return SmallWeb(
        origins=origins,
        answers=answers,
        manifest=DemoManifest(pages=tuple(pages), names=names, series=SERIES),
        saved=tuple(_saved(plan)),
    )


def _saved(plan: DemoPlan) -> Iterator[SavedPage]:
    """The pages of the sites that are not served."""
    for site in plan.sites.values():
        if site.left == "all":
            continue
        origin = f"http://www.{site.id}.example"
        for posting in plan.of(site.id):
            drawn = draw(plan, posting, {site.id: origin})
            article = article_truth(plan, posting, drawn)
            url = origin + posting.path(site)
            truth = PageTruth(url=url, site=site.id, kind="article", article=article)
            yield SavedPage(truth=truth, title=drawn.shown.title, html=drawn.html, left=site.left)


def _page(site: SitePlan, html: str, kind: Kind, status: int = 200) -> WebAnswer:
    """A page in the site's encoding; the paper in Big5 and the forum in GBK do not declare theirs in the header."""
    declared = "text/html; charset=utf-8" if site.encoding == "utf-8" else "text/html"
    body = html.encode(site.encoding, errors="xmlcharrefreplace")
    return WebAnswer(kind=kind, body=body, content_type=declared, status=status)


def _around(plan: DemoPlan, site: SitePlan, origin: str) -> Iterator[tuple[str, WebAnswer]]:
    """Everything of a site that is no article."""
    postings = plan.of(site.id)
    robots = (
        f"User-agent: *\nDisallow: /internal/\nSitemap: {origin}/sitemap.xml\n"
        if site.template == "daily"
        else "User-agent: *\nAllow: /\n"
    )
    yield "/robots.txt", WebAnswer(kind="robots", body=robots.encode(), content_type="text/plain")
    if site.template == "paper":
        yield from _issue(plan, site, postings)
        return
    if site.template != "daily":
        yield "/", _page(site, _index(plan, site, postings, ""), "index")
        return
    yield from _newspaper(plan, site, postings, origin)


def _newspaper(
    plan: DemoPlan, site: SitePlan, postings: tuple[PlannedPosting, ...], origin: str
) -> Iterator[tuple[str, WebAnswer]]:
    """The newspaper's home, lists, feed and sitemap, and the traps every real site has."""
    yield "/", _page(site, _index(plan, site, postings[:PER_LIST], _TRAPS), "index")
    lists = [postings[n : n + PER_LIST] for n in range(0, len(postings), PER_LIST)]
    for number, part in enumerate(lists, start=1):
        pager = f'<a class="next" rel="next" href="/news/{number + 1}.html">下一页</a>' if number < len(lists) else ""
        path = "/news/" if number == 1 else f"/news/{number}.html"
        yield path, _page(site, _index(plan, site, part, pager), "index")
    items = [(origin + posting.path(site), plan.stories[posting.story]) for posting in postings]
    yield (
        "/feed.xml",
        WebAnswer(kind="feed", body=feeds.rss(site.name, origin, items[:10]), content_type="application/rss+xml"),
    )
    yield "/sitemap.xml", WebAnswer(kind="sitemap", body=feeds.sitemap(items), content_type="application/xml")
    old = next(posting for posting in postings if posting.story == "kashgar-spinning-mill")
    yield "/go/1024", WebAnswer(kind="redirect", body=b"", status=302, location=old.path(site))
    yield "/a/withdrawn.html", _page(site, "<h1>404</h1><p>您访问的页面不存在或已被删除</p>", "missing", 404)
    yield "/a/broken.html", _page(site, "<h1>500 Internal Server Error</h1>", "failing", 500)
    yield "/internal/plan.html", _page(site, "<h1>内部选题</h1><p>本页不对外开放。</p>", "forbidden")
    yield "/app/", _page(site, _SHELL, "shell")
    yield "/vip/report.html", _page(site, _LOGIN, "login")
    yield "/calendar/2025-11.html", _page(site, calendar.draw((2025, 11)), "calendar")


def _issue(plan: DemoPlan, site: SitePlan, postings: tuple[PlannedPosting, ...]) -> Iterator[tuple[str, WebAnswer]]:
    """The pages of the digital newspaper's issue, and the home page, which only leads to the first of them."""
    editions = sorted({edition for one in postings if (edition := plan.stories[one.story].edition)})
    folder = postings[0].path(site).rpartition("/")[0]
    leads = (
        f'<html><head><meta http-equiv="refresh" content="0; url={folder[1:]}/node_01.htm"></head><body></body></html>'
    )
    yield "/", _page(site, leads, "index")
    pages = "\n".join(
        f'<li><a href="node_{number.zfill(2)}.htm">第{number.zfill(2)}版：{name}</a></li>' for number, name in editions
    )
    template = Template((HERE / "templates" / "node.html").read_text(encoding="utf-8"))
    for number, name in editions:
        items = "\n".join(
            f'<li><a href="{one.path(site).rpartition("/")[2]}">{escape(_headline(plan, one), quote=False)}</a></li>'
            for one in postings
            if plan.stories[one.story].edition == (number, name)
        )
        html = template.substitute(number=number.zfill(2), name=name, pages=pages, items=items)
        yield f"{folder}/node_{number.zfill(2)}.htm", _page(site, html, "index")


def _index(plan: DemoPlan, site: SitePlan, postings: tuple[PlannedPosting, ...], pager: str) -> str:
    items = "\n".join(
        f'<li><a href="{escape(posting.path(site))}">{escape(_headline(plan, posting), quote=False)}</a></li>'
        for posting in postings
    )
    template = Template((HERE / "templates" / "index.html").read_text(encoding="utf-8"))
    return template.substitute(charset=site.encoding, name=site.name, items=items, pager=pager)


def _headline(plan: DemoPlan, posting: PlannedPosting) -> str:
    """The headline as the site prints it."""
    return disguise.apply(plan.stories[posting.story], posting.disguises).title


_TRAPS = """<div class="more">
<a href="/go/1024">旧棉厂的新故事（专题）</a>
<a href="/a/withdrawn.html">撤回的一篇报道</a>
<a href="/a/broken.html">正在维护的专题页面</a>
<a href="/internal/plan.html">编辑部内部选题计划</a>
<a href="/calendar/2025-11.html">往期日历查询</a>
<a href="/app/">客户端新版首页预览</a>
<a href="/vip/report.html">会员专享深度报道</a>
</div>"""
_SHELL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>绿洲晨报客户端</title></head>
<body><div id="app"></div><script src="/js/app.js"></script><noscript>请开启 JavaScript 后继续使用</noscript></body></html>"""
_LOGIN = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>会员专享_绿洲晨报</title></head><body>
<div class="login"><h1>会员专享</h1><p>登录后阅读全文</p><form action="/vip/login" method="post">
<input name="user" placeholder="手机号"><input name="code" placeholder="验证码"><button>登录</button></form>
<p>还没有账号？立即注册</p></div></body></html>"""
