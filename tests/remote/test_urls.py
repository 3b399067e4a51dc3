"""Which URLs are taken, and that none with a secret is stored or repeated."""

from __future__ import annotations

import pandas as pd
import pytest

from nbannotate.errors import InvalidInput
from nbannotate.remote import urls
from nbannotate.workspace import frames

SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "url",
    [f"https://ann:{SECRET}@host/a.png", f"s3://key:{SECRET}@bucket/a.png", f"abfs://{SECRET}@account.host/a.png",
     f"https://host/a.png?X-Amz-Signature={SECRET}", f"https://host/a.png?x-amz-credential={SECRET}&y=1",
     f"https://a.blob.core.windows.net/c/a.png?sv=1&sig={SECRET}", f"https://host/a.png?token={SECRET}",
     f"https://storage.googleapis.com/b/a.png?GoogleAccessId=a&Signature={SECRET}",
     f"https://host/a.png?api_key={SECRET}", f"https://host/a.png?size=1;password={SECRET}",
     f"s3://bucket/a.png?X-Amz-Security-Token={SECRET}"],
)  # fmt: skip
def test_a_url_with_a_secret_is_refused_and_the_secret_is_not_repeated(url, version):
    with pytest.raises(InvalidInput, match="configure credentials for the process that owns the workspace") as raised:
        version.add_images(url)
    assert SECRET not in str(raised.value)
    row = pd.DataFrame({"name": ["x"], "path": [url], "folder": [""], "width": [1], "height": [1], "bytes": [1],
                        "metadata": ["{}"]})  # fmt: skip
    there = version.dataset.create_version("w")
    with pytest.raises(InvalidInput, match="configure credentials"):  # whoever speaks with the owner directly
        version.workspace.client.upload("assets.add", int, frames.to_parquet(row), version_id=there.version_id)
    assert there.assets.df().empty


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "memory://a.png", "local:///etc/passwd", "simplecache::s3://bucket/a.png", "ftp://host/a.png",
     "zip://a.png::s3://b/c.zip", "data://x", "github://org:repo@main/a.png", "sftp://host/a.png", "hf://a/b.png"],
)  # fmt: skip
def test_other_protocols_are_refused(url, version):
    with pytest.raises(InvalidInput, match="Images are taken from s3://, gs://, az://, abfs://, https://, http://"):
        version.add_images(url)
    row = pd.DataFrame({"name": ["x"], "path": [url], "folder": [""], "width": [1], "height": [1], "bytes": [1],
                        "metadata": ["{}"]})  # fmt: skip
    there = version.dataset.create_version("w")
    with pytest.raises(InvalidInput, match="Images are taken from"):
        version.workspace.client.upload("assets.add", int, frames.to_parquet(row), version_id=there.version_id)


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///a.png", "https:///a.png", "https://host:port/a.png", "https://h/a\n.png"]
)
def test_what_names_no_place_is_refused(url):
    with pytest.raises(InvalidInput):
        urls.checked(url)


def test_what_is_taken_is_stored_as_it_is():
    for url in ("s3://Bucket/a b/ü.png", "https://host:8080/a.png?size=large&page=2", "az://container/x#1.png"):
        assert urls.checked(url) == url
    assert urls.checked("HTTPS://Host/A.png") == "https://host/A.png"


def test_patterns_mean_what_they_mean_on_this_machine():
    def hits(pattern, *names):
        return [n for n in names if urls.matching(f"s3://b/{pattern}").fullmatch(f"s3://b/{n}")]

    assert hits("a/*.png", "a/1.png", "a/b/1.png", "a/1.jpg") == ["a/1.png"]
    assert hits("a/**/*.png", "a/1.png", "a/b/1.png", "a/b/c/2.png", "b/1.png") == [
        "a/1.png",
        "a/b/1.png",
        "a/b/c/2.png",
    ]
    assert hits("a/[0-3]?.png", "a/11.png", "a/41.png", "a/1.png") == ["a/11.png"]
    assert hits("a/[!1]+.png", "a/2+.png", "a/1+.png") == ["a/2+.png"]
    assert urls.beginning("s3://b/a/x*/y.png") == "s3://b/a/x"
