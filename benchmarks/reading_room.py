"""How fast the reading room answers: each page of a store, several times, over loopback.

    python benchmarks/store.py NEWS.db --articles 100000
    python benchmarks/reading_room.py NEWS.db [--times 20]

Printed are the first answer after the start, the median and the slowest of the others, and the size of the page. A
page further down is the 100th page of the list, reached by its place as a reader would.
"""

from __future__ import annotations

import argparse
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import quote

from cleaners.store import Store
from crawler.web.list_choice import written
from crawler.web.server import RoomSettings, open_room

_DEEP = 100  # pages of the list
_ON_A_PAGE = 30


def addresses(path: Path) -> Iterator[tuple[str, str]]:
    """(what it is, its address) of pages that this store has."""
    with Store.open(path, create=False, readonly=True) as store:
        deep = {
            order: store.cluster_list.page(order, limit=_DEEP * _ON_A_PAGE).following for order in ("arrival", "date")
        }
        largest = max(store.cluster_list.page(limit=500).clusters, key=lambda one: one.size)
        site = store.column_values.sites(3)[-1]
        region = (store.column_values.of("region")[8:] or ["新疆"])[0]
    word = (largest.title or "发展")[:2]
    yield "front page", "/"
    yield "front page by date", "/?order=date"
    for order, place in deep.items():
        if place:
            yield f"page {_DEEP} by {order}", f"/?order={order}&after={written(place)}"
    yield "one site", f"/?site={quote(site)}"
    yield "one region", f"/?region={quote(region)}"
    yield "disguised", "/?disguise=any"
    yield "confidence", "/?confidence=0.99"
    yield "with copies, by date", "/?copied=yes&order=date"
    yield "search", f"/?q={quote(word)}"
    yield "search, latest first", f"/?q={quote(word)}&order=arrival"
    yield "cluster", f"/cluster/{largest.id}"
    yield "health", "/health"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    asked = list(addresses(options.store))
    room = open_room(RoomSettings(store=options.store, port=0))
    threading.Thread(target=room.run, daemon=True).start()
    urllib.request.urlopen(f"{room.address}static/icon.svg").close()  # answered when the room has what it needs
    print(f"{'page':24}{'first':>10}{'median':>10}{'slowest':>10}{'kB':>8}")
    for name, path in asked:
        times = []
        for _ in range(options.times + 1):
            clock = time.perf_counter()
            with urllib.request.urlopen(room.address.rstrip("/") + path) as answer:
                size = len(answer.read())
            times.append(1000 * (time.perf_counter() - clock))
        print(f"{name:24}{times[0]:8.1f}ms{median(times[1:]):8.1f}ms{max(times[1:]):8.1f}ms{size / 1000:8.1f}")
    room.server.should_exit = True


if __name__ == "__main__":
    main()
