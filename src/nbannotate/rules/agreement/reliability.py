"""How much more people agree on names, such as labels, than by chance would do: 1 is perfect, 0 is chance.

All of them are not a number where everybody always gives the same name: nothing can then be told apart from chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from nbannotate.shapes.base import FloatArray

#: How many units have what values: each unit as its values, and how often it has each.
Units = Mapping[frozenset[tuple[Hashable, int]], int]


def krippendorff_alpha(units: Units) -> float:
    """Return Krippendorff's alpha for nominal data, of which some may be missing.

    K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C:
    https://repository.upenn.edu/handle/20.500.14332/2089. From the coincidences ``o(c, k)`` of values in units, each
    unit of m values weighted by ``1 / (m - 1)``: ``1 - (n - 1) Σ o(c, k) / Σ n(c) n(k)``, sums over c ≠ k.

    Parameters
    ----------
    units
        How many units have what values; a unit with one value counts as none.
    """
    values: dict[Hashable, int] = {}
    for unit in units:
        for value, _ in unit:
            values.setdefault(value, len(values))
    together = np.zeros((len(values), len(values)))
    for unit, times in units.items():
        counts = np.zeros(len(values))
        for value, count in unit:
            counts[values[value]] = count
        m = counts.sum()
        if m > 1:
            together += times * (np.outer(counts, counts) - np.diag(counts)) / (m - 1)
    of_each = together.sum(axis=1)
    n = of_each.sum()
    observed = n - np.trace(together)
    expected = n**2 - (of_each**2).sum()
    return float(1 - (n - 1) * observed / expected) if expected > 0 else math.nan


def cohen_kappa(table: Mapping[tuple[Any, Any], int]) -> float:
    """Return Cohen's kappa of two people.

    J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960), 37-46:
    ``(p_o - p_e) / (1 - p_e)``, ``p_e`` by how often each of both gives each name.

    Parameters
    ----------
    table
        How many units the one gives the first name and the other one the second.
    """
    names = sorted({name for pair in table for name in pair}, key=repr)
    place = {name: n for n, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    for (a, b), count in table.items():
        counts[place[a], place[b]] += count
    n = counts.sum()
    if not n:
        return math.nan
    by_chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / n**2
    return float((np.trace(counts) / n - by_chance) / (1 - by_chance)) if by_chance < 1 else math.nan


def fleiss_kappa(units: Units) -> float:
    """Return Fleiss' kappa of several people.

    J. L. Fleiss, Measuring Nominal Scale Agreement Among Many Raters, Psychological Bulletin 76 (1971), 378-382. It
    takes units of as many values each: those count that have as many as most have, two at least.

    Parameters
    ----------
    units
        As :func:`krippendorff_alpha` takes it.
    """
    sizes: Counter[int] = Counter()
    for unit, times in units.items():
        sizes[sum(count for _, count in unit)] += times
    sizes.pop(1, None)
    if not sizes:
        return math.nan
    m = max(sizes, key=lambda size: (sizes[size], size))
    of_each: Counter[Hashable] = Counter()
    agreed, n = 0.0, sizes[m]
    for unit, times in units.items():
        if sum(count for _, count in unit) == m:
            agreed += times * sum(count * (count - 1) for _, count in unit) / (m * (m - 1))
            for value, count in unit:
                of_each[value] += times * count
    by_chance = sum((count / (n * m)) ** 2 for count in of_each.values())
    return float((agreed / n - by_chance) / (1 - by_chance)) if by_chance < 1 - 1e-12 else math.nan


def f1(both: FloatArray | int, only_a: FloatArray | int, only_b: FloatArray | int) -> FloatArray:
    """Return ``2 both / (2 both + only_a + only_b)``, the harmonic mean of precision and recall; NaN of nothing."""
    top, rest = 2.0 * np.asarray(both), np.asarray(only_a) + np.asarray(only_b)
    return np.asarray(np.divide(top, top + rest, out=np.full(np.shape(top + rest), np.nan), where=top + rest > 0))
