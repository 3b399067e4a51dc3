"""Whom a request comes from where proxies stand in front: what they say is believed of those that were named, only."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nbannotate.errors import InvalidInput

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK = ("127.0.0.0/8", "::1")


class Visitor(NamedTuple):
    """Where a request began, as far as it can be believed."""

    address: str
    protocol: str


class Hops:
    """The proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.

    Parameters
    ----------
    named
        Addresses (``10.0.0.7``) and networks (``10.0.0.0/24``).

    Raises
    ------
    InvalidInput
        If one of them is neither.
    """

    def __init__(self, named: Sequence[str]) -> None:
        self.networks = tuple(network(name) for name in named)

    def __contains__(self, address: str) -> bool:
        found = plain(address)
        return found is not None and any(found in n for n in self.networks if n.version == found.version)

    def visitor(self, peer: str, protocol: str, headers: Mapping[str, str]) -> Visitor:
        """Return where a request began.

        ``X-Forwarded-For`` is read from its end, the hop that is nearest: each that was named is believed about the one
        before it, and the first that was not is the visitor. The protocol is the one by which that visitor came.

        Parameters
        ----------
        peer
            The address that the connection comes from.
        protocol
            By which it comes, ``http`` or ``https``.
        headers
            Of the request.
        """
        said = _items(headers.get("X-Forwarded-For", ""))
        address, steps = peer, 0
        while address in self and steps < len(said):
            before = plain(said[-1 - steps])
            if before is None:  # nonsense: who said it is as far as can be seen
                break
            address, steps = str(before), steps + 1
        protocols = _items(headers.get("X-Forwarded-Proto", "").lower())
        if peer not in self or not protocols:
            return Visitor(address, protocol)
        # A proxy replaces the list or adds to it. As many were added as hops were believed, one at least.
        by = protocols[max(0, len(protocols) - max(steps, 1))]
        return Visitor(address, by if by in ("http", "https") else protocol)


def network(name: str) -> Network:
    """Return the network that a name means; raise InvalidInput if it means none."""
    try:
        return ipaddress.ip_network(name.strip())
    except ValueError as error:
        raise InvalidInput(
            f"--trust-proxy takes an address or a network, for example 10.0.0.7 or 10.0.0.0/24, not {name!r}."
        ) from error


def plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address without its zone, and IPv4 as such however it is written; None if it is none."""
    try:
        found = ipaddress.ip_address(address.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _items(text: str) -> list[str]:
    return [item for part in text.split(",") if (item := part.strip())]
