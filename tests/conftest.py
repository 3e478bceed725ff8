"""What every test file may use: the shared reference folders (where they exist) and the project's own samples."""

from __future__ import annotations

import json
import os
import random
import secrets
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Sentences are tested in the language they are written in; a test of another one says so.
os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared reference folders; skips where they are not on this machine."""
    path = Path(os.environ.get("JIANBAO_SHARED") or ROOT.parent / "shared")
    if not path.is_dir():
        pytest.skip("no shared reference data ($JIANBAO_SHARED or ../shared)")
    return path


@pytest.fixture(scope="session")
def samples() -> Path:
    """Pages written for this project."""
    return ROOT / "seeds" / "samples"


@pytest.fixture
def chance() -> random.Random:
    """Chance that is another one in each run; its seed is printed, which pytest shows when the test fails.

    ``JIANBAO_TEST_SEED=12345 pytest ...`` runs it again with the same chance.
    """
    seed = int(os.environ.get("JIANBAO_TEST_SEED") or secrets.randbelow(2**32))
    print(f"JIANBAO_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="session")
def floors() -> dict[str, dict[str, float]]:
    """The quality floors: raise them freely; lowering one needs a reason in CHANGELOG."""
    loaded: dict[str, dict[str, float]] = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
    return loaded
