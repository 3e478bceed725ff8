"""The reading room in a real browser: each page in both themes, with keyboard, from other origins, for all readers."""

from __future__ import annotations

import base64
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaners.items import Clipping
from cleaners.store import Store
from crawler.browser import missing
from crawler.clipping import ArticleClipper, ClippedArticle
from crawler.web.clippings import captured
from crawler.web.server import RoomSettings, open_room
from tests.reading_room import STORY, ReadingRoom, pages, reading_room
from tests.small_server import Reply, article, serving
from tests.test_publications import DOT

WITHOUT = missing()
pytestmark = pytest.mark.skipif(bool(WITHOUT), reason=f"no browser on this machine: {WITHOUT}")

ROOT = Path(__file__).resolve().parent.parent
AXE = Path(os.environ.get("JIANBAO_AXE") or ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js")
"""axe-core (MPL 2.0) is not in the repository: `.ci/run` fetches it through npm."""
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason=f"no axe-core at {AXE}: npm install --prefix .ci axe-core")


class Served:
    """A room that listens, and a browser; each page is opened in a context of its own."""

    def __init__(self, room: ReadingRoom, base: str, browser: Any) -> None:
        self.room, self.base, self.browser = room, base, browser
        self.trouble: list[str] = []
        self.foreign: list[str] = []

    def page(self, path: str = "/", *, width: int = 1100, theme: str = "light", language: str = "en-GB") -> Any:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, locale=language
        )
        page = context.new_page()
        page.on("console", lambda message: self.trouble.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: (self.trouble.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda one: self.foreign.append(one.url) if not one.url.startswith(self.base) else None)
        page.goto(self.base + path)
        return page

    def paths(self) -> list[str]:
        """Every kind of page, of a good article and of a hostile one."""
        ids = self.room.ids
        return [
            "/", "/?q=%E8%87%AA%E5%8A%A8%E9%97%B8&copied=yes", "/?q=nothing", "/health", "/clip", "/nowhere",
            f"/cluster/{ids['first']}", f"/cluster/{ids['hostile']}", f"/article/{ids['spun']}/comparison?whole=yes",
            "/health?job=crawl+rivers", f"/cluster/{ids['illustrated']}",
            f"/article/{ids['first']}/cleaning", f"/article/{ids['hostile']}/repairs", f"/article/{ids['alone']}/takedown",
        ]  # fmt: skip


def illustrated() -> str:
    """A page with a picture in it, as SingleFile saves, and one elsewhere."""
    data = base64.b64encode(DOT.data + bytes(9000)).decode()
    shown = f"</p><p><img src='data:image/png;base64,{data}' alt='泵房'></p><p><img src='/far.jpg' alt='远景'></p><p>"
    return article(4).replace("</p><p>", shown, 1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from playwright.sync_api import sync_playwright

    room = reading_room(tmp_path_factory.mktemp("room"))
    with Store.open(room.store) as store:
        store.notes.add(room.ids["first"], tags=["水利", "长" * 60], note="数字待核。" * 40)
        for command in ("crawl rivers", f"crawl {'roads' * 12}"):
            store.runs.end(store.runs.start(command), {"stored": 1, "pages a.example": 1})
    with ArticleClipper(store=room.store) as clipper:
        clipped = clipper.page(captured(illustrated(), "https://pump.example/n/1.html"))
        assert isinstance(clipped, ClippedArticle)
        kept = clipper.keep(clipped)
        assert isinstance(kept, Clipping)
        room.ids["illustrated"] = kept.article.id
    opened = open_room(RoomSettings(store=room.store, port=0))
    thread = threading.Thread(target=opened.run, daemon=True)
    thread.start()
    path = os.environ.get("JIANBAO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path)
        yield Served(room, opened.address.rstrip("/"), browser)
        browser.close()
    opened.server.should_exit = True
    thread.join(10)


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(served: Served, theme: str) -> None:
    found = []
    page = served.page(theme=theme)
    rules = "" if theme == "light" else "{runOnly: ['color-contrast']}"  # the rest does not depend on the theme
    for n, path in enumerate([*served.paths(), "the proposal"]):
        page.set_viewport_size({"width": 390 if n % 2 else 1100, "height": 800})
        if path == "the proposal":
            propose(page, served.base)
        else:
            page.goto(served.base + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for one in page.evaluate(f"axe.run({rules}).then(found => found.violations)"):
            found += [f"{path}: {one['id']}: {node['html'][:200]}" for node in one["nodes"]]
    page.context.close()
    assert not found, "\n".join(found)


def propose(page: Any, base: str) -> None:
    """Paste a page that the store has a copy of, and look at how it would be kept."""
    page.goto(f"{base}/clip")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.locator("[name=url]").fill("https://third.example/x.html")
    page.locator("[name=html]").fill(pages()["first"][1].decode())
    page.get_by_role("button", name="Show how it would be kept").click()
    assert page.get_by_text("Already here: 3").is_visible()


def test_no_page_is_wider_than_a_phone_or_tells_of_an_error(served: Served) -> None:
    served.trouble.clear()
    served.foreign.clear()
    page = served.page(width=390)
    for path in served.paths():
        page.goto(served.base + path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.title().endswith("jianbao")
    page.context.close()
    assert not served.foreign
    assert [one for one in served.trouble if "404" not in one] == []


def test_words_that_are_typed_and_a_filter_that_is_chosen_stand_in_the_address(served: Served) -> None:
    page = served.page()
    page.get_by_label("Words to search for").fill("渠首")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    assert page.locator(".clusters li").count() == 2
    assert "渠首" in page.locator("mark").all_inner_texts()
    page.get_by_text("Filters").click()
    page.get_by_label("Copies").select_option("yes")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**copied=yes**")
    assert page.locator(".clusters li").count() == 1
    page.reload()
    assert page.get_by_label("Copies").input_value() == "yes"
    page.context.close()


def test_from_the_front_page_to_what_differs(served: Served) -> None:
    page = served.page("/?copied=yes")
    page.locator(".clusters a").first.click()
    assert page.locator("circle").count() == 3
    assert all(line in page.locator(".body").inner_text() for line in STORY)
    page.get_by_role("link", name="Compare").last.click()
    page.wait_for_url("**/comparison**")
    assert page.locator("del").count() + page.locator("ins").count() > 0
    page.context.close()


def test_by_keyboard_the_first_stop_leads_to_the_content(served: Served) -> None:
    page = served.page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main", timeout=5000)  # the browser tells of it a moment later
    page.context.close()


def test_a_picture_from_the_archive_is_drawn_and_one_elsewhere_is_not_asked_for(served: Served) -> None:
    served.foreign.clear()
    page = served.page(f"/cluster/{served.room.ids['illustrated']}")
    picture = page.locator("img")
    picture.scroll_into_view_if_needed()
    picture.evaluate("one => one.decode()")
    assert picture.evaluate("one => one.naturalWidth") == 1
    assert page.locator("a.picture").get_attribute("href") == "https://pump.example/far.jpg"
    page.context.close()
    assert served.foreign == []


def test_a_hostile_article_does_nothing(served: Served) -> None:
    served.trouble.clear()
    served.foreign.clear()
    own = served.room.ids["hostile"]
    page = served.page()
    for path in (f"/cluster/{own}", f"/article/{own}/cleaning", f"/article/{own}/archived", f"/article/{own}/repairs"):
        page.goto(served.base + path)
        assert page.title() != "taken over"
        assert page.locator("img, script, b").count() == 0
    page.context.close()
    assert (served.trouble, served.foreign) == ([], [])


def test_the_bookmarklet_clips_from_another_origin(served: Served) -> None:
    page = served.page("/clip")
    address = page.locator("a.bookmarklet").first.get_attribute("href")
    assert address.startswith("javascript:")
    with serving("127.0.0.1", {"/n": Reply(article(1))}) as server:
        other = served.browser.new_context().new_page()
        other.goto(f"{server.base}/n")
        with other.context.expect_page() as popup:
            other.evaluate(
                "address => { const a = document.createElement('a'); a.href = address; document.body.append(a); a.click() }",
                address,
            )
        shown = popup.value
        shown.wait_for_load_state()
        assert shown.locator("main .body").inner_text().count("\n") > 2
        shown.locator("form[action='/clip/keep'] button").click()
        shown.wait_for_url("**/cluster/**")
        assert "号渠放水" in shown.locator("h1").inner_text()
        other.context.close()
    page.context.close()


def test_a_page_of_somebody_else_writes_nothing(served: Served) -> None:
    """Not with a form, not with fetch, not with the token in a header: the browser asks first, and the room says no."""
    room = served.room
    with Store.open(room.store, create=False, readonly=True) as store:
        before = store.statistics().articles
    with serving("127.0.0.1", {"/evil": Reply("<html><body>x</body></html>")}) as server:
        page = served.browser.new_context().new_page()
        page.goto(f"{server.base}/evil")
        for target in (
            f"/article/{room.ids['first']}/takedown",
            "/clip/keep",
            f"/article/{room.ids['first']}/cleaning",
        ):
            form = {"token": room.form_token, "reason": "x", "confirmed": "yes", "keep": "1", "key": "x"}
            status = page.evaluate(
                "async ([url, form]) => { try { const r = await fetch(url, {method: 'POST', mode: 'no-cors', body: "
                "new URLSearchParams(form)}); return r.type } catch (e) { return 'refused' } }", [served.base + target, form],
            )  # fmt: skip
            assert status in {"opaque", "refused"}
        answer = page.evaluate(
            "url => fetch(url, {method: 'POST', headers: {Authorization: 'Bearer x'}, body: 'a'}).then(() => 'sent', () => 'refused')",
            f"{served.base}/clip",
        )
        assert answer == "refused"
        page.context.close()
    with Store.open(room.store, create=False, readonly=True) as store:
        assert store.statistics().articles == before


def test_a_report_of_a_wrong_cut_by_its_tick(served: Served) -> None:
    page = served.page(f"/article/{served.room.ids['first']}/cleaning")
    page.get_by_role("checkbox", checked=True).last.uncheck()
    page.get_by_role("button", name="Report this correction").click()
    assert re.search(r"4 lines in place of 5", page.locator("main").inner_text())
    page.context.close()


def test_the_language_is_that_of_the_browser_until_another_is_chosen(served: Served) -> None:
    page = served.page(language="zh-CN")
    assert page.locator("nav a").first.inner_text() == "报道"
    page.get_by_text("English").click()
    assert page.locator("nav a").first.inner_text() == "News"
    page.context.close()
