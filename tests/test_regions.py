"""regions: GB/T 2260 names and short names, by context where they are ambiguous."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaners.chinese import regions
from cleaners.chinese.disguise import diagnose, repair
from cleaners.chinese.regions.gazetteer import load_gazetteer


def names(text: str, title: str | None = None) -> dict[str, int]:
    return {region.name: region.count for region in regions.find(text, title)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("今天天气很好，大家都出门散步。", {}),
        ("新疆维吾尔自治区阿克苏地区今年棉花丰收，阿克苏的农民很高兴。", {"新疆/阿克苏": 2}),
        ("江西省萍乡市安源区的工厂开工了。安源今年很忙。", {"江西/萍乡/安源": 2}),
        ("萍乡安源的煤矿很有名。", {"江西/萍乡/安源": 1}),
        ("他从安源出发。", {}),
        ("北京朝阳区和长春市朝阳区都有公园。", {"北京/朝阳": 1, "吉林/长春": 0, "吉林/长春/朝阳": 1}),
        ("朝阳区召开会议。", {}),
        ("吉林的冬天很冷。", {"吉林": 1}),
        ("海南的椰子熟了，海南省气象局说。", {"海南": 2}),
        ("白银价格上涨，日照充足，来宾很多，世界大同。", {}),
        ("甘肃白银的工人和甘肃省的专家。", {"甘肃/白银": 1, "甘肃": 1}),
        ("白银市今年种树。白银的春天来了。", {"甘肃/白银": 2}),
        ("上海市场回暖。", {"上海": 1}),
        ("南山区域的发展很快。", {}),
        ("我们要完成都市更新，建设出海口，维护社会长治久安。", {}),
        ("中国移动和中国石化是大企业。", {}),
        ("我在南京路上走，路过北京银行，看见一份新疆日报。", {}),
        ("北京某某科技有限公司的产品卖到了广西。", {"广西": 1}),
        ("昌吉州和克州的牧民转场，巴音郭楞州下雪。", {"新疆/昌吉": 1, "新疆/克孜勒苏": 1, "新疆/巴音郭楞": 1}),
        ("新疆維吾爾自治區烏魯木齊(qí)市下雪。", {"新疆/乌鲁木齐": 1}),
        ("石河子市的学校放假。", {"新疆/石河子": 1}),
        ("襄樊市后来改了名字。", {"湖北/襄阳": 1}),
        ("上海市浦东新区的工厂。", {"上海/浦东": 1}),
        ("台湾、香港和澳门的游客。", {"台湾": 1, "香港": 1, "澳门": 1}),
    ],
)
def test_names_by_context(text: str, expected: dict[str, int]) -> None:
    assert names(text) == {name: count for name, count in expected.items() if count}


def test_code_count_and_order() -> None:
    first, second = regions.find("喀什的夏天。喀什地区的瓜熟了。广东来的客人。", "喀什夏天")
    assert (first.name, first.code, first.count) == ("新疆/喀什", "653100", 3)
    assert (second.name, second.code, second.count) == ("广东", "440000", 1)


def test_the_gazetteer_holds_together() -> None:
    places = load_gazetteer()
    assert len(places.shorts) > 3100
    for code in places.shorts:
        assert len(code) == 6
        assert all(above in places.shorts for above in places.ancestors(code))
    assert places.path("360302") == "江西/萍乡/安源"
    assert places.parent("659001") == "650000"


def test_the_seeds(shared: Path) -> None:
    gold = json.loads((shared / "seeds" / "gold.json").read_text(encoding="utf-8"))
    for name, record in gold.items():
        if name.startswith("_"):
            continue
        lines = (shared / "seeds" / name).read_text(encoding="utf-8").splitlines()
        kept = "\n".join("\n".join(lines[first - 1 : last]) for first, last in record["keep"])
        body = repair(kept, diagnose(kept)).text
        best = [region.name for region in regions.find(body)][:3]
        assert set(record["regions"]) <= {part for path in best for part in path.split("/")}, name


def test_new_districts_of_any_city_are_not_the_one_that_was_called_so() -> None:
    found = regions.find("兰州新区和雄安新区今年都扩建了数据中心，新区的市区道路也已通车。老城区的改造随后开始。")
    assert [region.name for region in found if region.name.startswith(("河北/唐山", "河南"))] == []
