"""Pairs worth comparing, as joins: the rule of :mod:`cleaners.dedup.index`, whoever holds which keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.window import UNDATED, DateWindow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def near(pairs: DataFrame, prints: DataFrame, window: DateWindow) -> DataFrame:
    """The pairs that the window lets be compared: :meth:`cleaners.dedup.index.window.DateWindow.near`, as joins."""
    from pyspark.sql import functions as f

    days = prints.select("doc", "day")
    dated = pairs.join(days, "doc").join(days.toDF("other", "other_day"), "other")
    undated = (f.col("day") == UNDATED) | (f.col("other_day") == UNDATED)
    inside = f.abs(f.col("day") - f.col("other_day")) <= window.days
    return dated.where(undated | inside).select("doc", "other")


def candidates(prints: DataFrame, limits: IndexLimits = IndexLimits()) -> DataFrame:
    """``(doc, other)``, ``other`` being the earlier one, that share a band or ``limits.shared`` anchors.

    Of a crowded key only the smallest documents propose. They are chosen before anything is gathered: each task keeps
    the first few of a key (the window's limit is pushed below the shuffle), so a key that stands in every document
    costs its postings and a few pairs for each, and no list grows with it. Where one key holds up a join, adaptive
    execution splits it.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    postings = prints.select("doc", f.explode("keys").alias("key"))
    place = f.row_number().over(Window.partitionBy("key").orderBy("doc"))
    first = postings.withColumn("place", place).where(f.col("place") <= limits.documents + 1)
    lists = first.groupBy("key").agg(f.sort_array(f.collect_list("doc")).alias("docs"))
    size, band = f.size("docs"), f.col("key") < 0
    proposing = (
        f.when(size <= limits.documents, f.col("docs"))
        .when(band, f.slice("docs", 1, limits.documents))
        .otherwise(f.slice("docs", 1, limits.crowded))
    )
    chosen = lists.where(size > 1).select("key", proposing.alias("docs"))
    shared = postings.join(chosen, "key").select(
        "doc",
        f.explode(f.filter("docs", lambda other: other < f.col("doc"))).alias("other"),
        f.when(band, limits.shared).otherwise(1).alias("weight"),
    )
    weighed = shared.groupBy("doc", "other").agg(f.sum("weight").alias("weight"))
    return weighed.where(f.col("weight") >= limits.shared).select("doc", "other")
