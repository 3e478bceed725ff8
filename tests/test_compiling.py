"""The first matching on a machine says why it takes a while, once, and only where somebody watches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.cli import progress


def compile_something() -> None:
    from numba import njit

    one: Callable[[int], int] = njit(lambda number: number + 1)
    assert one(1) == 2


def test_told_once_and_only_while_it_lasts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "is_silent", lambda: False)
    with progress.compiling_told():
        assert capsys.readouterr().err == ""
        compile_something()
        compile_something()
    compile_something()
    assert capsys.readouterr().err.count("once") == 1


def test_silent_where_nobody_watches(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "is_silent", lambda: True)
    with progress.compiling_told():
        compile_something()
    assert capsys.readouterr().err == ""
