"""Where a request began, as far as the proxies in front may be believed about it."""

from __future__ import annotations

import pytest

from nbannotate.errors import InvalidInput
from nbannotate.serve.proxies import Hops, Visitor

HOPS = Hops(["10.0.0.7", "10.1.0.0/16", "fd00::/8"])
NOBODY = Hops(())


def visitor(hops: Hops, peer: str, said: str = "", protocols: str = "") -> Visitor:
    return hops.visitor(peer, "http", {"X-Forwarded-For": said, "X-Forwarded-Proto": protocols})


def test_what_a_visitor_says_of_itself_is_not_believed() -> None:
    assert visitor(HOPS, "203.0.113.9", "10.0.0.7, 198.51.100.1", "https") == ("203.0.113.9", "http")
    assert visitor(NOBODY, "127.0.0.1", "198.51.100.1", "https") == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("peer", "said", "protocols", "began"),
    [
        ("10.0.0.7", "198.51.100.1", "https", ("198.51.100.1", "https")),
        ("::ffff:10.0.0.7", "198.51.100.1", "https", ("198.51.100.1", "https")),
        # nginx, then the Hub's proxy, which adds to both lists
        ("10.1.2.3", "198.51.100.1, 10.0.0.7", "https,http", ("198.51.100.1", "https")),
        # the same, where the visitor made a name for itself first
        ("10.1.2.3", "127.0.0.1, 198.51.100.1, 10.0.0.7", "https", ("198.51.100.1", "https")),
        # a proxy that adds, and a visitor without TLS who says https
        ("10.0.0.7", "198.51.100.1, 203.0.113.5", "https,http", ("203.0.113.5", "http")),
        ("10.0.0.7", "2001:db8::1%eth0", "https", ("2001:db8::1", "https")),
        ("fd00::5", "[2001:db8::1]", "HTTPS", ("2001:db8::1", "https")),
        ("10.0.0.7", "", "https", ("10.0.0.7", "https")),
        ("10.0.0.7", "unknown", "gopher", ("10.0.0.7", "http")),
        ("10.0.0.7", "198.51.100.1, nonsense", "https", ("10.0.0.7", "https")),
    ],
)
def test_named_proxies_are_believed_about_the_hop_before_them(peer, said, protocols, began) -> None:
    assert visitor(HOPS, peer, said, protocols) == began


def test_what_is_no_address_is_refused_with_an_example() -> None:
    for name in ("proxy.example.com", "10.0.0.7/8", ""):
        with pytest.raises(InvalidInput, match=r"--trust-proxy takes an address or a network, for example 10\.0\.0\.7"):
            Hops([name])
