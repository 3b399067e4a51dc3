"""Which assets are for training, validation and tests: whole groups, near the shares, every label in its share.

Sizes are exact by largest remainder where each asset is by itself. Labels are spread by iterative stratification
(Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011): the rarest label comes
first, each of its assets goes where most of that label is wanted. Groups, which never fall apart, are dealt by the same
rule in several orders, of which the one that comes nearest to the shares is taken.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.rules import attribution

#: So many orders of groups are tried, but with so many groups at most in all.
MOST_ORDERS, MOST_TRIED = 64, 200_000
#: How many characters the name of a split has at most.
LONGEST = 60


class Group(Struct, frozen=True):
    """Assets that stay together.

    Parameters
    ----------
    name
        Tells it from others; with the seed it decides about its place in the order.
    size
        How many assets it has.
    has
        In how many of them is what is to be spread: labels, for example.
    split
        Where it is already, if that is to stay; None otherwise.
    """

    name: str
    size: int = 1
    has: Mapping[Hashable, int] = {}
    split: str | None = None


def check_shares(shares: Mapping[str, float]) -> None:
    """Raise InvalidInput unless shares are parts of a whole: 0 or more, 1 together."""
    wrong = {name: share for name, share in shares.items() if not 0 <= share <= 1}
    if wrong:
        name, share = next(iter(wrong.items()))
        raise InvalidInput(f"{name}={share!r} must be a share from 0 to 1, for example {name}=0.1.")
    if abs(sum(shares.values()) - 1) > 1e-6:
        said = ", ".join(f"{name}={share:g}" for name, share in shares.items())
        raise InvalidInput(f"The shares {said} are {sum(shares.values()):g} together, not 1; say all of them.")


def check_split(split: str) -> None:
    """Raise InvalidInput unless a text can be the name of a split."""
    if not split or split != split.strip() or len(split) > LONGEST or not split.isprintable():
        raise InvalidInput(
            f"{split!r:.80} is no name of a split; it is a word of 1 to {LONGEST} characters such as 'train'."
        )


def deal(groups: Sequence[Group], shares: Mapping[str, float], seed: int) -> list[str]:
    """Return the split of each group.

    The same groups, shares and seed give the same, in whatever order the groups come.

    Parameters
    ----------
    groups
        With names that differ.
    shares
        By split; 1 together.
    seed
        Another seed gives another order.
    """
    names = [name for name, share in shares.items() if share > 0]
    total = sum(g.size for g in groups)
    sizes = dict(zip(names, attribution.split(total, [shares[n] for n in names]), strict=True))
    whole: Counter[Hashable] = Counter()
    for group in groups:
        whole.update(group.has)
    free = [i for i, g in enumerate(groups) if g.split is None]
    alone = all(groups[i].size == 1 for i in free)
    orders = 1 if alone or not free else max(1, min(MOST_ORDERS, MOST_TRIED // len(free)))
    best: tuple[float, list[str]] | None = None
    for turn in range(orders):
        order = sorted(free, key=lambda i: _place(seed, turn, groups[i].name))
        dealt = _Deal(groups, names, dict(sizes), {k: {n: shares[n] * c for n in names} for k, c in whole.items()})
        found = dealt.run(order)
        off = _off(groups, found, sizes, whole, shares)
        if best is None or off < best[0]:
            best = (off, found)
    assert best is not None
    return best[1]


def _place(seed: int, turn: int, name: str) -> bytes:
    text = f"{seed}\0{turn}\0{name}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


class _Deal:
    """One way to deal: what each split still wants, of assets and of each label."""

    def __init__(
        self,
        groups: Sequence[Group],
        names: list[str],
        wanted: dict[str, int],
        of_each: dict[Hashable, dict[str, float]],
    ) -> None:
        self.groups, self.names, self.wanted, self.of_each = groups, names, wanted, of_each
        self.found: list[str] = [g.split or "" for g in groups]
        self.empty = set(names)
        for i, group in enumerate(groups):
            if group.split is not None:
                self._count(i, group.split)

    def run(self, order: list[int]) -> list[str]:
        """Deal groups in an order, those of the rarest label first."""
        having: dict[Hashable, list[int]] = {}
        for i in order:
            for key in self.groups[i].has:
                having.setdefault(key, []).append(i)
        left = {key: len(its) for key, its in having.items()}
        rarest = [(n, str(key), nth, key) for nth, (key, n) in enumerate(left.items())]
        heapq.heapify(rarest)
        open_ = len(order)
        while rarest:
            known, text, nth, key = heapq.heappop(rarest)
            if known != left[key]:  # others of its groups were dealt meanwhile
                heapq.heappush(rarest, (left[key], text, nth, key))
                continue
            for i in having[key]:
                if not self.found[i]:
                    self._give(i, key, open_)
                    open_ -= 1
                    for other in self.groups[i].has:
                        left[other] -= 1
        for i in order:
            if not self.found[i]:
                self._give(i, None, open_)
                open_ -= 1
        return self.found

    def _give(self, i: int, key: Hashable | None, open_: int) -> None:
        size = self.groups[i].size
        if self.empty and open_ <= len(self.empty):  # no split with a share stays empty while there are groups
            may = [n for n in self.names if n in self.empty]
        else:
            may = [n for n in self.names if self.wanted[n] >= size] or self.names
        of_key = self.of_each[key] if key is not None else {}
        name = max(may, key=lambda n: (of_key.get(n, 0.0), self.wanted[n]))
        self.found[i] = name
        self._count(i, name)

    def _count(self, i: int, name: str) -> None:
        group = self.groups[i]
        self.wanted[name] = self.wanted.get(name, 0) - group.size
        self.empty.discard(name)
        for key, n in group.has.items():
            self.of_each[key][name] = self.of_each[key].get(name, 0.0) - n


def _off(
    groups: Sequence[Group],
    found: Sequence[str],
    sizes: Mapping[str, int],
    whole: Mapping[Hashable, int],
    shares: Mapping[str, float],
) -> float:
    """Return how far a result is from what is wanted: parts of the assets, and of each label, that stand elsewhere."""
    there: Counter[str] = Counter()
    of_each: dict[Hashable, Counter[str]] = {key: Counter() for key in whole}
    for group, name in zip(groups, found, strict=True):
        there[name] += group.size
        for key, n in group.has.items():
            of_each[key][name] += n
    total = max(1, sum(sizes.values()))
    off = sum(abs(there[n] - size) for n, size in sizes.items()) / total
    if whole:
        each = (sum(abs(of_each[k][n] - shares[n] * c) for n in sizes) / c for k, c in whole.items())
        off += sum(each) / len(whole)
    return off
