"""The same functions on Apache Spark (extra ``spark``), for what one machine does not finish. The only home of pyspark.

:func:`cleaners.spark.pages.clean` turns saved pages into records, :func:`cleaners.spark.corpus.deduplicate` matches a
corpus. Both give what the engine on one machine gives: the steps between are those of :mod:`cleaners.dedup`, written
as joins, and the decisions are made by the same code. Paths are those of Spark's (Hadoop's) file systems.
"""
