"""Images of the web: from addresses that anybody could reach, and others only where a setting names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.remote import child, fetcher
from nbannotate.remote.child import reason
from nbannotate.remote.messages import Ask
from nbannotate.remote.web import NotPublic, is_public
from tests.remote.stores import Web, picture

NOT_PUBLIC = "its address is not a public one, and NBANNOTATE_IMAGE_URLS does not name it"


def test_single_images_of_the_web_are_added_by_their_urls(web, version):
    web.files = {"/a/1.png": picture(), "/a/2.png": picture(40, 10)}
    version.add_images([f"{web.url}/a/1.png", f"{web.url}/a/2.png"])
    assert {a.name: (a.width, a.height) for a in version.assets} == {"1.png": (30, 20), "2.png": (40, 10)}
    assert version.assets["2.png"].image.shape == (10, 40, 3)
    assert version.assets["2.png"].image.shape == (10, 40, 3)
    assert web.asked["GET /a/2.png"] == 1  # all of it came with its beginning
    with pytest.raises(InvalidInput, match="cannot be opened as images: a"):
        version.add_images(f"{web.url}/a/")


def test_a_large_image_is_measured_by_its_beginning(web, version):
    web.files = {"/large.bmp": picture(1000, 500, "BMP")}
    version.add_images(f"{web.url}/large.bmp")
    assert version.assets["large.bmp"].width == 1000
    assert version.assets["large.bmp"].image.shape == (500, 1000, 3)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_addresses_of_this_machine_and_its_network_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_others_are(address):
    assert is_public(address)


def test_this_machine_is_not_asked_whatever_it_is_called(web, version, monkeypatch):
    monkeypatch.delenv("NBANNOTATE_IMAGE_URLS")
    fetcher.close()
    web.files = {"/1.png": picture()}
    port = web.url.rpartition(":")[2]
    hosts = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]")
    version.add_images([f"http://{host}:{port}/{n}.png" for n, host in enumerate(hosts)], bad="keep")
    reasons = [a.metadata["cannot_be_opened"] for a in version.assets]
    assert len(reasons) == len(hosts)
    assert set(reasons) <= {NOT_PUBLIC, "its store does not answer"}
    assert not web.asked


def test_a_redirect_is_looked_at_as_the_url_itself(web, far, version, monkeypatch):
    other = Web()  # not named by the setting
    try:
        other.files = {"/secret.png": picture()}
        web.files = {"/there.png": picture(50, 50)}
        web.moved = {
            "/inside.png": f"{other.url}/secret.png", "/file.png": "file:///etc/passwd", "/good.png": "/there.png",
            "/round.png": "/round.png", "/twice.png": "/inside.png",
        }  # fmt: skip
        version.add_images([f"{web.url}{path}" for path in web.moved], bad="keep")
        reasons = {a.name: a.metadata.get("cannot_be_opened", "") for a in version.assets}
        assert reasons.pop("good.png") == ""
        assert reasons.pop("round.png") != ""
        assert reasons.pop("file.png") != ""
        assert set(reasons.values()) == {"its address is not a public one, and NBANNOTATE_IMAGE_URLS does not name it"}
        assert not other.asked
    finally:
        other.close()


def test_only_what_the_setting_names_is_fetched_where_there_is_one(web, version, monkeypatch):
    web.files = {"/a/1.png": picture(), "/b/1.png": picture(), "/ab/1.png": picture()}
    monkeypatch.setenv("NBANNOTATE_IMAGE_URLS", f"s3://pictures/a, {web.url}/a/")
    fetcher.close()
    version.add_images(f"{web.url}/a/1.png")
    for url in (f"{web.url}/b/1.png", f"{web.url}/ab/1.png", f"{web.url}/a/../b/1.png", f"{web.url}/a/%2e%2e/b/1.png",
                "https://example.org/1.png", "s3://pictures/b/1.png"):  # fmt: skip
        with pytest.raises(InvalidInput, match="NBANNOTATE_IMAGE_URLS of whoever runs the workspace says"):
            version.add_images(url)
    monkeypatch.setenv("NBANNOTATE_IMAGE_URLS", f"{web.url}/b")  # what was added before is not fetched any more
    fetcher.close()
    with pytest.raises(ReadFailed, match=r"The image 1.png cannot be fetched: images are not fetched from there\."):
        version.assets["1.png"].image  # noqa: B018


def test_an_object_of_no_end_ends_at_the_size_of_the_cache(web, version, monkeypatch):
    web.files = {"/1.png": picture(), "/endless.png": b"\x89PNG" * 500_000}
    monkeypatch.setenv("NBANNOTATE_CACHE_SIZE", "1e6")
    fetcher.close()
    version.add_images([f"{web.url}/1.png", f"{web.url}/endless.png"], sizes="later")
    assert version.assets["1.png"].image.shape == (20, 30, 3)
    with pytest.raises(ReadFailed, match="there is no room for it"):
        version.assets["endless.png"].image  # noqa: B018


def test_reasons_of_errors_name_no_url_and_no_secret():
    error = ConnectionError("cannot connect to https://key:secret@host/bucket")
    assert reason(error) == ("network", "ConnectionError")
    assert reason(ValueError("AKIA-SECRET")) == ("other", "ValueError")
    assert reason(NotPublic()) == ("address", "")


def test_a_download_that_takes_long_goes_on_and_says_how_far_it_is(web, monkeypatch):
    monkeypatch.setattr(child, "WAIT_S", 0.05)
    web.files = {"/1.bmp": picture(400, 300, "BMP")}
    web.hold.clear()  # its server sends nothing yet
    fetching, url = child.Fetching(), f"{web.url}/1.bmp"
    for number in (1, 2):
        answer = fetching.answer(Ask(number, "fetch", url))
        assert (answer.why, answer.done, answer.size) == ("slow", 0, len(web.files["/1.bmp"]))
    assert fetcher.why_not(answer, url) == "it is still on its way, 0 of 0 MB are here; try again in a moment"
    web.hold.set()
    while answer.why == "slow":
        answer = fetching.answer(Ask(3, "fetch", url))
    assert Path(answer.path).read_bytes() == web.files["/1.bmp"]
    assert web.asked["GET /1.bmp"] == 1
