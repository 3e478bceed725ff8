"""A little corpus with copies of many kinds, for tests of the engine on Spark."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

_WHO = [
    "农技站",
    "合作社",
    "纺织厂",
    "开发区",
    "气象局",
    "文化馆",
    "供电所",
    "水利处",
    "果品公司",
    "运输队",
    "冷链中心",
    "育苗基地",
]
_WHERE = ["阿克苏", "喀什", "库尔勒", "萍乡", "吐鲁番", "伊宁", "哈密", "和田", "塔城", "赣州", "宜春", "上饶"]
_WHAT = [
    "新引进的滴灌设备",
    "今年第二批棉种",
    "改造后的仓库",
    "刚修好的乡村公路",
    "扩建的冷库",
    "夜校培训班",
    "光伏大棚",
    "苗木订单",
    "包装流水线",
]
_DID = [
    "已经投入使用",
    "比去年提前十天完成",
    "让周边农户省下不少力气",
    "带动了附近的加工和运输",
    "正在接受最后的检查",
    "得到了村民的认可",
]


def story(seed: int) -> str:
    """A little article of eight sentences, no two alike."""
    chance = random.Random(seed)
    return "\n".join(
        f"{chance.choice(_WHERE)}{chance.choice(_WHO)}负责人{chance.choice('赵钱孙李周吴郑王')}某说，{chance.choice(_WHAT)}"
        f"{chance.choice(_DID)}，共有{chance.randint(3, 900)}户参与，投入{chance.randint(10, 9000)}万元，"
        f"{chance.choice(_WHAT)}也{chance.choice(_DID)}。"
        for _ in range(8)
    )


def corpus() -> list[dict[str, Any]]:
    """Stories, copies of several kinds, a digest, one story copied sixty times, and one line that all of a site share."""
    stories = [story(n) for n in range(60)]
    texts = list(stories)
    texts += [text[: len(text) * 2 // 3] for text in stories[:12]]
    texts += [f"本网讯 {text}\n（完）" for text in stories[8:24]]
    texts += [text.replace("，", "，　").replace("合作社", "合(hé)作(zuò)社(shè)") for text in stories[20:30]]
    texts += ["\n".join(stories[30:34]), "", "短"]
    texts += [stories[40] + f"\n第{n}版" for n in range(60)]
    furniture = "\n" + story(999)[:150]
    texts += [story(1000 + n) + furniture for n in range(45)]
    order = random.Random(5)
    order.shuffle(texts)
    return [{"id": n if n % 3 else f"新闻/{n}", "text": text, "extra": {"n": n}} for n, text in enumerate(texts)]


def written(folder: Path) -> Path:
    """The corpus as JSON Lines, with lines that cannot be used."""
    path = folder / "in.jsonl"
    good = [json.dumps(row, ensure_ascii=False) for row in corpus()]
    path.write_bytes(
        "\n".join([*good[:50], "{broken", "", '{"id": true, "text": "x"}', *good[50:], ""]).encode()
        + b'\xff{"id": 1}\n'
    )
    return path
