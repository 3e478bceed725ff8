"""pyarrow, which only Parquet needs (extra ``parquet``): the one place that says how to get it."""

from __future__ import annotations

from typing import Any

from cleaners.errors import UsageError


def pyarrow() -> Any:
    """The library with its Parquet; raises ``UsageError`` with the cure where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'jianbao[parquet]'") from None
    return pyarrow
