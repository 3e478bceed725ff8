"""Drawing an article page: the template of its site, the story as the site prints it, and the noise around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from string import Template

from crawler.demo import disguise
from crawler.demo.markup import STYLES
from crawler.demo.plan import DemoPlan, FillerPage, PlannedPosting, SitePlan
from crawler.demo.stories import HERE, DemoStory

_LENGTHS = {"daily": 8, "mirror": 22, "finance": 8, "spun": 10, "huawen": 6, "weekly": 6}
"""Template -> how many headlines each of its lists has; the others have no such list."""
PARTS = "/parts/"
"""Where the style sheet, the script, the logo and the advertisement of the weekly's pages lie."""
_PRINTED = {"daily": ("hot",), "mirror": ("related", "hot", "latest")}
"""Template -> which lists it prints; ``related`` where it is not here."""
_OFFSETS = {"related": 0, "hot": 13, "latest": 27}
"""Where in the headlines each list begins, so that the lists of a page differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPage:
    """An article page, with what was put around the article."""

    html: str
    shown: DemoStory
    """The story as it stands on the page, disguises and all."""
    noise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Noise class -> lines of the page that are not the article."""
    further: tuple[str, ...] = ()
    """The HTML of its second page, its third ..., where it has several."""


def draw(plan: DemoPlan, posting: PlannedPosting, origins: Mapping[str, str]) -> RenderedPage:
    """The page of a posting; ``origins`` gives each site's address for links in full."""
    site = plan.sites[posting.site]
    shown = disguise.apply(plan.stories[posting.story].cut_to(posting.paragraphs), posting.disguises)
    start = int(posting.code) % len(plan.filler.headlines)
    words = {**_story_words(shown, posting), **_lists(plan.filler, site, start)}
    words["url"] = origins[site.id] + posting.path(site)
    words["name"] = site.name
    words["parts"] = PARTS
    template = Template((HERE / "templates" / f"{site.template}.html").read_text(encoding="utf-8"))
    paths = posting.page_paths(site, plan.stories[posting.story])
    each = -(-len(shown.blocks) // len(paths))
    html = []
    for number, _ in enumerate(paths):
        blocks = shown.blocks[number * each : (number + 1) * each]
        pager = _pager(paths, number) if len(paths) > 1 else ""
        html.append(template.substitute(words, body=STYLES[site.template](blocks) + pager))
    noise = _noise(plan.filler, site, start, shown)
    return RenderedPage(html=html[0], shown=shown, noise=noise, further=tuple(html[1:]))


def _pager(paths: tuple[str, ...], here: int) -> str:
    """The bar with the numbers of all pages of an article and the link to the next one."""
    links = [
        str(number) if number == here + 1 else f'<a href="{path}">{number}</a>'
        for number, path in enumerate(paths, start=1)
    ]
    following = f' <a href="{paths[here + 1]}">下一页</a>' if here + 1 < len(paths) else ""
    return f'\n<div class="fenye">本文共{len(paths)}页 {" ".join(links)}{following}</div>'


def _story_words(story: DemoStory, posting: PlannedPosting) -> dict[str, str]:
    """What the templates say of the story itself, ready to stand in HTML."""
    when = posting.published
    lead = story.paragraphs[0]
    words = {
        "title": story.title,
        "section": story.section,
        "source": story.source,
        "code": posting.code,
        "day": f"{when:%Y-%m-%d}" if when else "",
        "time": f"{when:%H:%M}" if when else "",
        "snapshot_time": f"{when + timedelta(days=3, hours=5):%Y-%m-%d %H:%M:%S}" if when else "",
        "summary": f"{lead[:90]} ...",
        "pull": lead.split("。")[0] + "。",
    }
    ready = {key: escape(value, quote=False) for key, value in words.items()}
    ready["number"] = story.edition[0].zfill(2) if story.edition else ""
    ready["author"] = story.author or ""
    ready["byline"] = f" <span>作者：{story.author}</span>" if story.author else ""
    ready["editorline"] = f'<p class="editor">责任编辑：{story.editor}</p>' if story.editor else ""
    ready["from_line"] = f'<span class="pipe">|</span> 來自: {story.source}' if posting.is_copy else ""
    ready["signature"] = f"&nbsp;&nbsp;&nbsp;（文/{story.author}）<br />" if story.author else ""
    return ready


def _lists(filler: FillerPage, site: SitePlan, start: int) -> dict[str, str]:
    """What the templates say around the story, ready to stand in HTML."""
    one, two = filler.some_headlines(2, start + 30)
    related = _headlines(filler, site, "related", start)
    return {
        "menu": _links(filler.menu),
        "related": _teasers(filler, start) if site.template == "snapshot" else _related(site, related),
        "hot": _links(_headlines(filler, site, "hot", start)),
        "latest": _links(_headlines(filler, site, "latest", start)),
        "ad_first": filler.ads[2 + start % 3],
        "ad_second": filler.ads[2 + (start + 1) % 3],
        "headline_one": one,
        "headline_two": two,
    }


def _headlines(filler: FillerPage, site: SitePlan, name: str, start: int) -> tuple[str, ...]:
    return filler.some_headlines(_LENGTHS.get(site.template, 0), start + _OFFSETS[name])


def _related(site: SitePlan, headlines: tuple[str, ...]) -> str:
    """The related list; the finance portal links picture and text, so each title stands twice."""
    if site.template == "finance":
        return "".join(f'<li><a href="/"><span>{one}</span></a><p><a href="/">{one}</a></p></li>' for one in headlines)
    return _links(headlines)


def _links(headlines: tuple[str, ...]) -> str:
    return "".join(f'<li><a href="/">{one}</a></li>' for one in headlines)


def _teasers(filler: FillerPage, start: int) -> str:
    """Related items cut at both ends, each with its own date."""
    items = enumerate(filler.some_teasers(6, start))
    return "".join(
        f'<div class="item"><p>...{one}...</p><p>2025-0{3 + n}-1{n} 0{n + 2}:15:00</p></div>' for n, one in items
    )


def _noise(filler: FillerPage, site: SitePlan, start: int, shown: DemoStory) -> dict[str, tuple[str, ...]]:
    """The noise of the page by class: what the template always prints, and the lists of this page."""
    noise = dict(filler.fixed[site.id])
    if site.template == "snapshot":
        noise["related"] = filler.some_teasers(6, start)
    elif site.template in _LENGTHS:
        lists = _PRINTED.get(site.template, ("related",))
        noise["related"] = tuple(line for name in lists for line in _headlines(filler, site, name, start))
    if site.template == "mirror":
        noise["repeated title"] = (shown.title,)
    if site.template == "finance":
        noise["ads"] = (filler.ads[2 + start % 3], "AD")
    return noise
