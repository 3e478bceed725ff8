"""The laws by which benchmarks foretell how often n-grams come again in a larger corpus."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.growth_laws import lognormal_law, power_law


def test_rates_that_are_lognormal_are_foretold_from_what_was_met_once() -> None:
    rng = np.random.default_rng(7)
    rates = np.exp(rng.normal(-5, 2.5, 400_000))
    met = rng.poisson(rates)
    law = lognormal_law(met[met > 0])
    assert law.middle == pytest.approx(-5, abs=0.2)
    assert law.spread == pytest.approx(2.5, abs=0.1)
    once = rates[met == 1]
    drawn = law.draw(np.ones(len(once), dtype=np.int64), rng)
    for times in (30, 1000):
        there = (rng.poisson(times * once) > 40).mean()
        assert (rng.poisson(times * drawn) > 40).mean() == pytest.approx(there, abs=0.02)


def test_the_discount_of_a_pitman_yor_process_is_found_again() -> None:
    rng = np.random.default_rng(8)
    discount, strength, size = 0.7, 50.0, 20_000
    drawn = np.zeros(size, dtype=np.int64)  # the type of each draw
    types = 1
    for at in range(1, size):  # what was drawn before is drawn again, but of each type once by the discount a new one
        before = int(drawn[rng.integers(at)])
        fresh = rng.random() < (strength + discount * types) / (strength + at)
        while not fresh and rng.random() < discount / (drawn[:at] == before).sum():
            before = int(drawn[rng.integers(at)])
        drawn[at] = types if fresh else before
        types += fresh
    counts = np.bincount(drawn)
    law = power_law(counts)
    assert law.discount == pytest.approx(discount, abs=0.05)
