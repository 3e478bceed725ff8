"""Clipping in the reading room: shown first, then kept; from forms, from other pages, from programs."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cleaners.store import Store
from cleaners.warc import CapturedPage, WarcArchive, folder_of, read_back
from crawler.clipping import ArticleClipper, ClippedArticle
from crawler.web.clip import bookmarklet
from crawler.web.clippings import PendingClips, captured
from tests.reading_room import HOST, STORY, ReadingRoom, page, reading_room
from tests.small_server import Reply, serving, two_pages
from tests.test_publications import DOT

NEW = tuple(line.replace("闸", "泵").replace("棉田", "葡萄园") for line in STORY[::-1])
ADDRESS = "https://pump.example/n/1.html"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> ReadingRoom:
    return reading_room(tmp_path_factory.mktemp("room"))


def html(paragraphs: tuple[str, ...] = NEW, title: str = "泵站换上变频泵") -> str:
    return page(title, paragraphs, date="2025-11-02 07:00", source="泵站快报").decode()


def count(room: ReadingRoom) -> int:
    with Store.open(room.store, create=False, readonly=True) as store:
        return store.statistics().articles


def proposed(room: ReadingRoom, **form: str) -> Any:
    return room.client.post("/clip", data={"token": room.form_token, **form})


def test_a_page_is_shown_as_it_would_be_kept_and_kept_when_confirmed(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    before = count(room)
    shown = proposed(room, html=html(), url=ADDRESS)
    assert shown.status_code == 200
    assert NEW[0] in shown.text
    assert "2025-11-02 07:00" in shown.text
    assert "责任编辑" not in shown.text
    assert count(room) == before
    key = re.findall(r'name="key" value="([^"]+)"', shown.text)[0]
    kept = room.client.post("/clip/keep", data={"token": room.form_token, "key": key}, follow_redirects=False)
    assert kept.status_code == 303
    assert count(room) == before + 1
    assert NEW[0] in room.get(kept.headers["location"]).text
    own = kept.headers["location"].rpartition("/")[2]
    assert "泵站快报" in room.get(f"/article/{own}/archived").text
    assert room.get(f"/article/{own}/cleaning").status_code == 200
    assert room.client.post("/clip/keep", data={"token": room.form_token, "key": key}).status_code == 410
    done = {"token": room.form_token, "reason": "来函", "confirmed": "yes"}
    assert room.client.post(f"/article/{own}/takedown", data=done).status_code == 200
    assert all(NEW[0].encode() not in file.read_bytes() for file in folder_of(room.store).iterdir())
    again = room.client.post("/clip/keep", data={"token": room.form_token,
        "key": re.findall(r'name="key" value="([^"]+)"', proposed(room, html=html(), url=ADDRESS).text)[0]})  # fmt: skip
    assert again.status_code == 422
    assert "taken down" in again.text


def test_what_is_here_already_is_told(room: ReadingRoom) -> None:
    shown = proposed(room, html=html(STORY, "渠首换上自动闸"), url="https://third.example/x.html").text
    assert "Already here: 3" in shown
    assert "2025-10-01 08:00" in shown
    known = proposed(room, html=html(STORY, "渠首换上自动闸"), url="https://oasis.example/a/1.html").text
    assert "The store has an article of this address." in known


def test_the_bookmarklet_shows_from_any_page_and_keeps_nothing(room: ReadingRoom) -> None:
    proposal = room.client.app.state.room.tokens.proposal  # type: ignore[attr-defined]
    assert proposal in bookmarklet(HOST, proposal)
    before = count(room)
    stranger = TestClient(
        room.client.app, base_url=HOST, headers={"Origin": "https://any.example", "Sec-Fetch-Site": "cross-site"}
    )
    form = {"html": html(), "url": ADDRESS, "proposal": proposal}
    shown = stranger.post("/clip", data=form)
    assert shown.status_code == 200
    key = re.findall(r'name="key" value="([^"]+)"', shown.text)[0]
    assert stranger.post("/clip/keep", data={"key": key, "token": room.form_token}).status_code == 403
    assert stranger.post("/clip", data={**form, "proposal": ""}).status_code == 403
    assert (
        stranger.post("/clip", data={"url": ADDRESS, "proposal": proposal}).status_code == 403
    )  # nothing is fetched for it
    assert count(room) == before


def test_what_singlefile_sends_is_kept_at_once(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    program = TestClient(room.client.app, base_url=HOST, headers={"Authorization": f"Bearer {room.token}"})
    saved = f"<!--\n Page saved with SingleFile \n url: {ADDRESS} \n saved date: Mon Nov 03 2025\n-->{html()}"
    answer = program.post("/clip", data={"url": ADDRESS}, files={"file": ("page.html", saved.encode(), "text/html")})
    assert answer.status_code == 201
    assert answer.json()["title"] == "泵站换上变频泵"
    assert NEW[0] in room.get(f"/cluster/{answer.json()['id']}").text
    nothing = program.post(
        "/clip", data={"url": ADDRESS}, files={"file": ("page.html", "<p>登录</p>".encode(), "text/html")}
    )
    assert nothing.status_code == 422
    assert nothing.json()["reason"]
    wrong = TestClient(room.client.app, base_url=HOST, headers={"Authorization": "Bearer no"})
    assert wrong.post("/clip", data={"url": ADDRESS, "html": html()}).status_code == 403


def test_pictures_that_a_browser_saved_into_the_page_are_shown_from_the_archive(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    picture = DOT.data + bytes(9000)
    feigned = b"<svg onload=alert(1)>" + bytes(9000)
    shown = "".join(
        f"<p><img src='data:image/png;base64,{base64.b64encode(data).decode()}' alt='{name}'></p>"
        for data, name in ((picture, "泵站&lt;b&gt;"), (feigned, "假图"))
    )
    source = html().replace("</p><p>", f"</p>{shown}<p>", 2)
    key = re.findall(r'name="key" value="([^"]+)"', proposed(room, html=source, url=ADDRESS).text)[0]
    kept = room.client.post("/clip/keep", data={"token": room.form_token, "key": key}).text
    (address,) = re.findall('<img src="([^"]+)" alt="泵站&lt;b&gt;"', kept)
    answer = room.get(address)
    assert (answer.status_code, answer.content) == (200, picture)
    assert answer.headers["content-type"] == "image/png"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert kept.count("<img") == 1
    assert "Pictures not in the archive: 1" in kept
    own = address.split("/")[2]
    assert base64.b64encode(picture).decode() in room.get(f"/article/{own}/html").text
    for wrong in (
        address.replace(own, room.ids["alone"]),
        address.removesuffix("png") + "svg",
        f"/article/{own}/picture/x",
    ):
        assert room.get(wrong).status_code == 404


@pytest.mark.parametrize("form", [
    {}, {"url": "file:///etc/passwd"}, {"html": "<p>x</p>", "url": ""}, {"html": "<p>x</p>", "url": "javascript:alert(1)"},
    {"url": "https://[bad"},
])  # fmt: skip
def test_what_is_no_page_is_refused_in_words(room: ReadingRoom, form: dict[str, str]) -> None:
    answer = proposed(room, **form)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_no_article_says_why(room: ReadingRoom) -> None:
    answer = proposed(room, html="<p>登录</p>", url=ADDRESS)
    assert answer.status_code == 422
    assert "cannot be kept" in answer.text


def test_an_address_goes_through_the_guard_and_comes_with_all_pages_of_its_article(tmp_path: Path) -> None:
    """Refused while nobody said that this host may be reached; the page, from the first on, where somebody did."""
    room = reading_room(tmp_path)
    state = room.client.app.state  # type: ignore[attr-defined]
    first, second = two_pages("/1.html", "/1_2.html")
    with serving("127.0.0.1", {"/1.html": Reply(first), "/1_2.html": Reply(second)}) as server:
        refused = proposed(room, url=f"{server.base}/1_2.html")
        assert refused.status_code == 422
        assert server.seen == []
        from dataclasses import replace

        state.room = replace(state.room, private_hosts=("127.0.0.1",))
        shown = proposed(room, url=f"{server.base}/1_2.html")
        fetched = [path for path in server.paths if path.endswith(".html")]
    assert shown.status_code == 200
    assert fetched == ["/1_2.html", "/1.html"]
    assert "Put together from 2 pages" in shown.text
    key = re.findall(r'name="key" value="([^"]+)"', shown.text)[0]
    kept = room.client.post("/clip/keep", data={"token": room.form_token, "key": key}, follow_redirects=False)
    own = kept.headers["location"].rpartition("/")[2]
    for number, page_of_it in ((1, first), (2, second)):
        assert room.get(f"/article/{own}/archived?page={number}").text == page_of_it


def test_proposals_are_forgotten() -> None:
    clock = [0.0]
    pending = PendingClips(clock=lambda: clock[0])
    clipped = ArticleClipper().page(captured(html(), ADDRESS))
    assert isinstance(clipped, ClippedArticle)
    keys = [pending.hold(clipped).key for _ in range(21)]
    assert pending.take(keys[0]) is None
    assert pending.take(keys[-1])
    clock[0] = 3600.0
    assert pending.take(keys[-2]) is None


def test_a_captured_page_is_read_back(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    archive = WarcArchive(folder_of(tmp_path / "a.db"), name="clip", software="test")
    moment = datetime(2025, 11, 2, 3, 4, 5, tzinfo=UTC)
    origin = archive.write(CapturedPage(url=ADDRESS, html=html().encode(), captured_at=moment))
    archive.close()
    found = read_back(f"a.warc/{origin.rpartition('/')[2]}", tmp_path / "a.db")
    assert (found.url, found.body, found.fetched_at, found.status) == (ADDRESS, html().encode(), moment, None)
