"""Who gets how many assets, and who gets the next one: shares by weight, exact by largest remainder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction

from nbannotate.errors import InvalidInput


def split(total: int, weights: Sequence[float]) -> list[int]:
    """Split a number of assets by weight, so that the parts add up to it exactly.

    Everyone gets the whole part of the exact share; what remains goes, one each, to the largest remainders, and among
    equal ones to those who stand first.

    Parameters
    ----------
    total
        How many assets, 0 or more.
    weights
        Numbers of 0 or more; some must be above 0, unless there is nothing to split.

    Returns
    -------
    list of int
        One number for each weight.
    """
    exact = [Fraction(str(w)) for w in weights]
    whole = sum(exact)
    if total < 0 or any(w < 0 for w in exact):
        raise InvalidInput(f"Nothing below 0 can be split, or be a weight: {total} by {list(weights)}.")
    if not whole:
        if total:
            raise InvalidInput(f"{total} assets cannot be split: no weight is above 0.")
        return [0] * len(exact)
    shares = [total * w / whole for w in exact]
    parts = [int(s) for s in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def deal(shares: Mapping[int, float], total: int, assigned: Mapping[int, int], count: int) -> dict[int, int]:
    """Deal assets that come together, so that in the end everyone has the share of the whole.

    Parameters
    ----------
    shares
        The weight of each member of a step.
    total
        How many assets pass the step in all.
    assigned
        How many of them each member has or had already.
    count
        How many are dealt now; with those that are assigned, ``total`` at most.

    Returns
    -------
    dict
        How many each member gets now; they add up to ``count``, and while nobody is above the share already, nobody
        comes to be.
    """
    quotas = split(total, list(shares.values()))
    room = [max(0, quota - assigned.get(m, 0)) for m, quota in zip(shares, quotas, strict=True)]
    extra = max(0, count - sum(room))  # somebody has more than the share already, or more come than were counted
    parts = split(count - extra, room)
    beyond = split(extra, list(shares.values()))
    return {m: n + b for m, n, b in zip(shares, parts, beyond, strict=True)}


def within(total: int, room: Mapping[int, int], most: int) -> dict[int, int]:
    """Split a number of tasks by the room that members have, so that nobody gets more than that, nor more than so many.

    What nobody can take is left.
    """
    left = {m: max(0, min(n, most)) for m, n in room.items()}
    parts = dict.fromkeys(room, 0)
    while (rest := min(total, sum(left.values()) + sum(parts.values())) - sum(parts.values())) > 0:
        for member, n in zip(left, split(rest, [float(room[m] if left[m] else 0) for m in left]), strict=True):
            n = min(n, left[member])
            parts[member] += n
            left[member] -= n
    return parts


def place(room: Mapping[int, int], groups: Sequence[tuple[Set[int], int]]) -> list[dict[int, int]]:
    """Place assets with members who have room, as far as possible not with who annotated them.

    Parameters
    ----------
    room
        How many each member takes; as many as there are assets, in all.
    groups
        The assets: how many there are of each set of annotators.

    Returns
    -------
    list of dict
        How many of each group each member gets; members in their order.
    """
    left, parts = dict(room), [dict.fromkeys(room, 0) for _ in groups]
    waiting = [n for _, n in groups]
    # First those that the fewest may have; then whatever is left, with whoever has room.
    narrow = sorted(range(len(groups)), key=lambda i: -len(groups[i][0] & set(room)))
    for avoids in (True, False):
        for i in narrow:
            for member in room:
                n = 0 if avoids and member in groups[i][0] else min(left[member], waiting[i])
                parts[i][member] += n
                left[member] -= n
                waiting[i] -= n
    return parts


def choose(
    shares: Mapping[int, float], total: int, assigned: Mapping[int, int], avoid: Set[int] = frozenset()
) -> int | None:
    """Choose who gets an asset that arrives at a step: whoever has the largest part of the share unfilled.

    Parameters
    ----------
    shares
        The weight of each member of the step.
    total
        How many assets pass the step in all.
    assigned
        How many of them each member has or had already.
    avoid
        Members who get it only if nobody else has room, for example who annotated the asset.

    Returns
    -------
    int or None
        The member; None if there is nobody.
    """
    if not shares:
        return None
    quotas = dict(zip(shares, split(max(0, total), list(shares.values())), strict=True))
    place = {m: i for i, m in enumerate(shares)}

    def rank(member: int) -> tuple[bool, bool, Fraction, int]:
        has, quota = assigned.get(member, 0), quotas[member]
        filled = Fraction(has, quota) if has < quota else Fraction(has + 1) / Fraction(str(shares[member]))
        return has >= quota, member in avoid, filled, place[member]

    return min(shares, key=rank)
