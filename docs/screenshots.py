"""The pictures of the reading room in README, made from the demo's store: in a folder where `jianbao demo` has run.

    jianbao demo
    python docs/screenshots.py demo-out/jianbao.db -o docs/images

Needs a Chromium and fonts with Chinese characters (Debian: fonts-noto-cjk).
"""

from __future__ import annotations

import argparse
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from cleaners.store import Selection, Store
from crawler.web.server import RoomSettings, open_room

SIZE = {"width": 960, "height": 520}
LARGEST = 150_000  # bytes


def pages(path: Path) -> Iterator[tuple[str, str, str]]:
    """(name of the picture, address, what to bring to its top) of the four main pages."""
    with Store.open(path, create=False, readonly=True) as store:
        copied = store.cluster_list.page(selection=Selection(copied=True), limit=200).clusters
        story = max(copied, key=lambda one: (one.size, one.id))
        spun = store.cluster_list.page(selection=Selection(disguise="spun"), limit=1).clusters
        best = store.clippings.get(story.id)
        assert best
        other = next(iter(spun), story)
    yield "front", "/", "body"
    yield "cluster", f"/cluster/{story.id}", ".tools"
    yield "comparison", f"/article/{other.article_id}/comparison", "body"
    yield "cleaning", f"/article/{story.article_id}/cleaning", "body"


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    room = open_room(RoomSettings(store=options.store, port=0))
    threading.Thread(target=room.run, daemon=True).start()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        for name, path, top in pages(options.store):
            page = browser.new_page(viewport=SIZE, locale="zh-CN", color_scheme="light")
            page.goto(room.address.rstrip("/") + path)
            page.locator(top).first.evaluate("element => element.scrollIntoView()")
            file = options.output / f"{name}.png"
            page.screenshot(path=file)
            size = file.stat().st_size
            print(f"{file}  {size / 1000:.0f} kB{'  too large' if size > LARGEST else ''}")
        browser.close()
    room.server.should_exit = True


if __name__ == "__main__":
    main()
