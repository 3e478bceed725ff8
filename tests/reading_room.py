"""A small store with copies, disguises and pages that mean harm, and the reading room that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from cleaners.ingest.ingester import Ingester
from cleaners.items import Drop, Page
from cleaners.pipeline import clean
from crawler.web.server import RoomSettings, open_room
from tests.small_server import article

HOST = "http://127.0.0.1:8642"
STORY = (
    "渠首的闸门在清晨六点打开，二十七公里外的棉田一小时后见到了水。",
    "管理站今年把三座旧闸换成了自动闸，值守的人从九名减到四名。",
    "站长说，去年春灌用了四十一天，今年预计三十三天就能浇完第一遍。",
    "下游六个村的农户在手机上报水量，每亩水费比去年低了四元二角。",
    "技术员每两小时记一次水位，遇到大风天就改为半小时一次。",
)


def page(title: str, paragraphs: tuple[str, ...], *, date: str, source: str, more: str = "") -> bytes:
    """A saved page; ``title`` and ``more`` as they stand in its HTML."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html><head><meta charset=utf-8><title>{title} - {source}</title></head><body><ul><li><a href=/>首页</a></ul>"
        f"<h1>{title}</h1><p>{date} 来源：{source}</p><div class=content>{body}{more}</div>"
        "<p>责任编辑：周宁</p><ul><li><a href=/x>热点新闻一则</a></li></ul></body></html>"
    ).encode()


@dataclass(frozen=True)
class ReadingRoom:
    """A store and who reads it."""

    store: Path
    client: TestClient
    ids: dict[str, str]
    """Name of a page -> id of its article."""
    token: str
    """Of programs, and of other machines."""
    form_token: str

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)


def pages() -> dict[str, tuple[str, bytes]]:
    """Name -> address and bytes."""
    first = page("渠首换上自动闸", STORY, date="2025-10-01 08:00", source="绿洲晨报")
    copy = page("渠首换上自动闸", STORY[:4], date="2025-10-02 09:30", source="绿洲晨报")
    spun = page("渠首换上自动闸门", tuple(one.replace("今年", "本年").replace("去年", "上年") for one in STORY),
                date="2025-10-03 10:00", source="绿洲晨报")  # fmt: skip
    harm = tuple(
        f"{one}\u202e&lt;img src=x onerror=alert(1)&gt;"
        for one in (*STORY[2:], "另一座渠首的闸门还要等一年才能换上自动闸。")
    )
    hostile = page(
        "&lt;script&gt;document.title='taken over'&lt;/script&gt;水闸", harm, date="2025-10-04 08:00", source="&lt;b&gt;坏报",
        more='<p>看<a href="javascript:alert(1)">这里</a>和图<img src="javascript:alert(2)" alt="&lt;script&gt;"></p>',
    )  # fmt: skip
    return {
        "first": ("https://oasis.example/a/1.html", first),
        "copy": ("https://mirror.example/b/1.html", copy),
        "spun": ("https://spin.example/c/1.html", spun),
        "hostile": ("https://evil.example/d/1.html?x=%3Cscript%3E", hostile),
        "alone": ("https://oasis.example/a/2.html", article(3).encode()),
    }


def reading_room(folder: Path) -> ReadingRoom:
    """Keep the pages and open the room on any port, without serving."""
    ids, results = {}, []
    for name, (url, body) in pages().items():
        file = folder / f"{name}.html"
        file.write_bytes(f"<!-- saved from url=({len(url):04d}){url} -->\n".encode() + body)
        result = clean(Page(body=file.read_bytes(), origin=str(file), url=url, site=url.split("/")[2]))
        assert not isinstance(result, Drop), (name, result)
        ids[name] = result.id
        results.append(result)
    store = folder / "news.db"
    with Ingester(store) as ingester:
        ingester.add(results)
    opened = open_room(RoomSettings(store=store, port=0))
    opened.listener.close()
    app = opened.server.config.app
    client = TestClient(app, base_url=HOST, headers={"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"})  # type: ignore[arg-type]
    tokens = app.state.room.tokens  # type: ignore[union-attr]
    return ReadingRoom(store=store, client=client, ids=ids, token=tokens.access, form_token=tokens.form)
