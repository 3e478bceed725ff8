"""Which links first, in a crawl with a focus; and which articles not at all.

The promise of a link, 0..1, is mixed as in Shark-Search (Hersovici et al., 1998) from what the link says itself, what
the page around it is about, and what came of links like it: 0.6 for its words and address, 0.15 for the title of the
page it stands on, 0.25 for the mean score of the articles that this section of the site has given so far. Where a
link says nothing (a sitemap, 更多), its own share goes to what experience says.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import Future
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cleaners.config import SiteConfig
from cleaners.items import Article, Drop, Page
from crawler.scheduling.traps import shape

if TYPE_CHECKING:
    from crawler.ingest_queue import ResultCleaner
    from crawler.scheduling.topic import TopicAim, TopicScore

OFF_TOPIC = "off topic"
"""The reason of the Drop of an article under the job's ``min_score``."""
_OWN, _AROUND, _EXPERIENCE = 0.6, 0.15, 0.25
_FEW_WORDS = 4  # characters: 更多, 详细, 下一页 say nothing of what is behind them
_PRIOR = 3.0  # articles that the expectation of a site or section weighs as much as
_KNOWN, _UNKNOWN = 0.7, 0.4  # expected of a site whose region is in the focus; of any other


class SectionExperience:
    """Mean scores of the articles met so far, by site and by section, each drawn to the wider one until it has enough.

    Memory: two numbers a section of a site.
    """

    def __init__(self) -> None:
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._counts: defaultdict[str, int] = defaultdict(int)

    def note(self, url: str, score: float) -> None:
        """An article has come and been scored."""
        for key in _keys(url):
            self._sums[key] += score
            self._counts[key] += 1

    def expect(self, url: str, prior: float) -> float:
        """The score to expect of a page there."""
        for key in _keys(url):
            prior = (self._sums[key] + _PRIOR * prior) / (self._counts[key] + _PRIOR)
        return prior


def _keys(url: str) -> tuple[str, str]:
    """The host, and the kind of address with its folder."""
    parts = urlsplit(url)
    return parts.netloc, shape(url.rpartition("/")[0] + "/")


class LinkScorer:
    """The focus of one crawl: judges links when they are found, articles when they are clean."""

    def __init__(self, aim: TopicAim) -> None:
        self.aim = aim
        self.experience = SectionExperience()

    def of_title(self, title: str) -> float | None:
        """How well the title of a page fits, None where it says nothing."""
        return self.aim.of_words(title).value if len(title.strip()) >= _FEW_WORDS else None

    def of_link(self, url: str, text: str, around: float | None, site: SiteConfig) -> float:
        """What a link promises; ``around``: how well the title of the page fits where it stands, None for no title."""
        expected = self.experience.expect(url, _KNOWN if self.aim.covers(site.region) else _UNKNOWN)
        page = expected if around is None else around
        said = text if len(text.strip()) >= _FEW_WORDS else ""
        if not said:
            return _AROUND * page + (1 - _AROUND) * expected
        own = self.aim.of_words(f"{said} {_words_of(url)}").value
        return _OWN * own + _AROUND * page + _EXPERIENCE * expected

    def judge(self, result: Article | Drop) -> Article | Drop:
        """The article, or a Drop that names the score where it is too low."""
        if isinstance(result, Drop):
            return result
        score = self.aim.of_article(result)
        if result.url is not None:
            self.experience.note(result.url, score.value)
        return result if score.value >= self.aim.min_score else _off_topic(result, score, self.aim.min_score)


def _words_of(url: str) -> str:
    parts = urlsplit(url)
    return unquote(f"{parts.path} {parts.query}", errors="replace").replace("/", " ")


def _off_topic(article: Article, score: TopicScore, least: float) -> Drop:
    return Drop(
        origin=article.origin,
        url=article.url,
        stage="match",
        reason=OFF_TOPIC,
        detail=f"score {score} is under {least:.2f}",
        fragment=article if article.pager.is_later else None,  # the whole article is judged by its first page
    )


class TopicFilter:
    """A cleaner that lets through what is on topic. Judges in the thread that brings the result."""

    def __init__(self, cleaner: ResultCleaner, promises: LinkScorer) -> None:
        self._cleaner = cleaner
        self._promises = promises

    def submit(self, page: Page) -> Future[Article | Drop]:
        """Clean one page and judge it."""
        judged: Future[Article | Drop] = Future()

        def judge(done: Future[Article | Drop]) -> None:
            try:
                judged.set_result(self._promises.judge(done.result()))
            except BaseException as error:  # belongs to whoever waits for the result
                judged.set_exception(error)

        self._cleaner.submit(page).add_done_callback(judge)
        return judged

    def close(self) -> None:
        """Let the pages in flight finish."""
        self._cleaner.close()
