"""Drawing an article page: the template of its site, the story as the site prints it, and the noise around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from string import Template

from crawler.demo import disguise
from crawler.demo.bodies import STYLES
from crawler.demo.plan import Filler, Plan, Posting, SitePlan
from crawler.demo.stories import HERE, Story

_LISTS = {"snapshot": 0, "daily": 8, "finance": 8, "spun": 10, "huawen": 6, "mirror": 22, "forum": 0}
"""Template -> how many related headlines it prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An article page, with what was put around the article."""

    html: str
    shown: Story
    """The story as it stands on the page, disguises and all."""
    noise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Noise class -> lines of the page that are not the article."""


def draw(plan: Plan, posting: Posting, origins: Mapping[str, str]) -> Drawn:
    """The page of a posting; ``origins`` gives each site's address for links in full."""
    site = plan.sites[posting.site]
    shown = disguise.apply(plan.stories[posting.story].cut_to(posting.paragraphs), posting.disguises)
    start = int(posting.code) % len(plan.filler.headlines)
    words = {**_story_words(shown, posting), **_lists(plan.filler, site, start)}
    words["body"] = STYLES[site.template](shown.blocks)
    words["url"] = origins[site.id] + posting.path(site)
    template = Template((HERE / "templates" / f"{site.template}.html").read_text(encoding="utf-8"))
    return Drawn(html=template.substitute(words), shown=shown, noise=_noise(plan.filler, site, start))


def _story_words(story: Story, posting: Posting) -> dict[str, str]:
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
    ready["byline"] = f" <span>作者：{story.author}</span>" if story.author else ""
    ready["editorline"] = f'<p class="editor">责任编辑：{story.editor}</p>' if story.editor else ""
    ready["from_line"] = f'<span class="pipe">|</span> 來自: {story.source}' if posting.is_copy else ""
    ready["signature"] = f"&nbsp;&nbsp;&nbsp;（文/{story.author}）<br />" if story.author else ""
    return ready


def _lists(filler: Filler, site: SitePlan, start: int) -> dict[str, str]:
    count = _LISTS[site.template]
    related = filler.some_headlines(count, start)
    one, two = filler.some_headlines(2, start + 30)
    return {
        "menu": _links(filler.menu),
        "related": _teasers(filler, start) if site.template == "snapshot" else _related(site, related),
        "hot": _links(filler.some_headlines(max(count, 8), start + 13)),
        "latest": _links(filler.some_headlines(count, start + 27)),
        "ad_first": filler.ads[2 + start % 3],
        "ad_second": filler.ads[2 + (start + 1) % 3],
        "headline_one": one,
        "headline_two": two,
    }


def _related(site: SitePlan, headlines: tuple[str, ...]) -> str:
    """The related list; the finance portal links picture and text, so each title stands twice."""
    if site.template == "finance":
        return "".join(f'<li><a href="/"><span>{one}</span></a><p><a href="/">{one}</a></p></li>' for one in headlines)
    return _links(headlines)


def _links(headlines: tuple[str, ...]) -> str:
    return "".join(f'<li><a href="/">{one}</a></li>' for one in headlines)


def _teasers(filler: Filler, start: int) -> str:
    """Related items cut at both ends, each with its own date."""
    items = enumerate(filler.some_teasers(6, start))
    return "".join(
        f'<div class="item"><p>...{one}...</p><p>2025-0{3 + n}-1{n} 0{n + 2}:15:00</p></div>' for n, one in items
    )


def _noise(filler: Filler, site: SitePlan, start: int) -> dict[str, tuple[str, ...]]:
    """The noise of the page by class: what the template always prints, and the lists of this page."""
    noise = dict(filler.fixed[site.id])
    if site.template == "snapshot":
        noise["related"] = filler.some_teasers(6, start)
    elif site.template != "forum":
        noise["related"] = filler.some_headlines(_LISTS[site.template], start)
    if site.template == "finance":
        noise["ads"] = (filler.ads[2 + start % 3], "AD")
    return noise
