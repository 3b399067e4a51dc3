"""Images in a bucket: they are listed, measured, shown, and found again when they changed."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import FileMissing, InvalidInput, NotFound, ReadFailed, Refused
from nbannotate.remote import fetcher
from tests.remote.stores import Counting, Many, picture


def names(version):
    return list(version.assets.df()["name"])


def test_a_folder_of_a_bucket_is_added_with_names_and_sizes_as_a_folder_on_this_machine(bucket, version):
    for key in ("study/a/1.png", "study/a/2.jpg", "study/b.png", "other/c.png"):
        bucket.put(key, picture(40, 30, "JPEG" if key.endswith("jpg") else "PNG"))
    bucket.put("study/notes.txt", b"no image")
    bucket.put("study/.hidden/x.png", picture())
    version.add_images(f"s3://{bucket.name}/study")
    assert names(version) == ["a/1.png", "a/2.jpg", "b.png"]
    assert version.added.left_out == {"of other kinds": 1, "hidden": 1}
    assert {(a.width, a.height) for a in version.assets} == {(40, 30)}
    assert version.assets["b.png"].path == f"s3://{bucket.name}/study/b.png"
    assert version.assets["b.png"].image.shape == (30, 40, 3)
    bucket.put("study/d.png", picture())
    version.add_images(f"s3://{bucket.name}/study/")
    assert (version.added.assets, version.added.there) == (1, 3)


def test_patterns_and_lists_name_objects(bucket, version):
    urls = [bucket.put(f"a/{name}", picture()) for name in ("x1.png", "x2.png", "y.png", "deep/x3.png")]
    version.add_images(f"s3://{bucket.name}/a/x*.png")
    assert names(version) == ["x1.png", "x2.png"]
    version.add_images(f"s3://{bucket.name}/a/**/x[3-9].png")
    version.add_images([urls[2]], metadata={"y.png": {"site": "north"}})
    assert names(version) == ["x1.png", "x2.png", "x3.png", "y.png"]
    assert version.assets["y.png"].metadata == {"site": "north"}


def test_what_matches_nothing_is_said_and_adds_nothing(bucket, version):
    bucket.put("a/notes.txt", b"")
    with pytest.raises(FileMissing, match=r"No image matches 's3://.*/a'. Left out: 1 of other kinds"):
        version.add_images(f"s3://{bucket.name}/a")
    with pytest.raises(ReadFailed, match="cannot be listed: it is not there any more"):
        version.add_images("s3://no-such-bucket-at-all/a/")
    with pytest.raises(InvalidInput, match=r"cannot be opened as images: gone.png \(it is not there any more\)"):
        version.add_images(f"s3://{bucket.name}/a/gone.png")
    with pytest.raises(InvalidInput, match="Paths and URLs are added in one call each"):
        version.add_images([f"s3://{bucket.name}/a/gone.png", "here.png"])
    assert version.assets.df().empty


def test_what_cannot_be_opened_is_kept_with_the_reason_in_words(bucket, version):
    bucket.put("a/good.png", picture())
    bucket.put("a/text.png", b"#!/bin/sh\n" * 100)
    version.add_images([f"s3://{bucket.name}/a/{n}.png" for n in ("good", "text", "gone")], bad="keep")
    reasons = {a.name: a.metadata.get("cannot_be_opened", "") for a in version.assets}
    assert reasons == {
        "good.png": "", "gone.png": "it is not there any more",
        "text.png": "it is not an image of a known format",
    }  # fmt: skip


def test_pages_of_a_tiff_are_assets_of_their_own(bucket, version, tmp_path):
    pages = [Image.fromarray(np.full((20, 30 + n), 40 * n, np.uint8)) for n in range(3)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    version.add_images(bucket.put("stack.tif", (tmp_path / "stack.tif").read_bytes()))
    assert names(version) == ["stack.tif#1", "stack.tif#2", "stack.tif#3"]
    assert [a.width for a in version.assets] == [30, 31, 32]
    assert version.assets["stack.tif#3"].image[0, 0] == 80
    version.add_images(f"s3://{bucket.name}/stack.tif", sizes="later")
    assert (version.added.assets, version.added.there) == (0, 3)


@pytest.fixture
def counted(bucket, moto_port, monkeypatch):
    """Count what the process that fetches asks of the store."""
    counting = Counting(moto_port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{counting.port}")
    fetcher.close()
    yield counting
    fetcher.close()
    counting.close()


def test_ten_thousand_objects_are_listed_without_asking_for_any_of_them(bucket, version, monkeypatch):
    many = Many(10_000, picture(50, 40))
    monkeypatch.setenv("AWS_ENDPOINT_URL", many.url)
    fetcher.close()
    try:
        version.add_images("s3://bucket/many")
        assert len(version.assets) == 10_000
        assert many.asked == {"list": 10}  # a thousand a request
        asset = version.assets["0000007.png"]
        assert (asset.width, asset.height, asset.metadata) == (0, 0, {})
        with pytest.raises(Refused, match=r"Of 10,000 images of this version nobody knows the size yet"):
            version.publish()
        assert asset.image.shape == (40, 50, 3)  # whoever opens it, measures it
        asset = version.assets["0000007.png"]
        assert (asset.width, asset.height) == (50, 40)
        assert [asked for asked in many.asked if asked.startswith("GET")] == ["GET /bucket/many/0000007.png"]
    finally:
        fetcher.close()
        many.close()


def test_sizes_are_read_when_they_are_asked_for_and_what_fails_is_said(bucket, version):
    for n in range(4):
        bucket.put(f"a/{n}.png", picture(20 + n, 10))
    bucket.put("a/large.tif", picture(700, 500, "TIFF"))  # its directory stands behind its pixels
    bucket.put("a/text.png", b"text")
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    bucket.remove("a/2.png")
    left = version.measure()
    assert dict(zip(left["asset"], left["problem"], strict=True)) == {
        "2.png": "it is not there any more", "text.png": "it is not an image of a known format",
    }  # fmt: skip
    sizes = {a.name: (a.width, a.height) for a in version.assets}
    assert sizes == {"0.png": (20, 10), "1.png": (21, 10), "2.png": (0, 0), "3.png": (23, 10),
                     "large.tif": (700, 500), "text.png": (0, 0)}  # fmt: skip
    assert version.measure().empty  # what cannot be opened is known to be so, and does not hinder publishing
    version.publish()
    bucket.put("a/2.png", picture())
    assert version.assets["2.png"].image.shape == (20, 30, 3)
    assert version.assets["2.png"].width == 0  # a published version does not change
    assert version.verify()


BOX = nb.Annotation(shapes=(nb.Shape.rectangle(10, 10, 50, 40, "cell"),))


def test_the_size_of_an_image_is_read_before_shapes_come_onto_it(bucket, version, tmp_path):
    for n in range(4):
        bucket.put(f"a/{n}.png", picture(100, 80))
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    version.add_annotations({"0.png": BOX}, "model")
    assert [a.width for a in version.assets] == [100, 0, 0, 0]
    with pytest.raises(InvalidInput, match=r"1.png"):
        version.add_annotations(
            {"1.png": nb.Annotation(shapes=(nb.Shape.rectangle(200, 170, 50, 40, "cell"),))}, "model"
        )
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [cell]\n")
    (tmp_path / "labels" / "2.txt").write_text("0 0.5 0.5 0.2 0.25\n")
    version.read("yolo", tmp_path, images="none")
    shapes = version.shapes.df()
    assert {(r.asset, r.width, r.height) for r in shapes.itertuples()} == {("0.png", 50, 40), ("2.png", 20, 20)}


def test_an_image_that_is_gone_takes_no_shapes(bucket, version):
    for n in range(2):
        bucket.put(f"a/{n}.png", picture(100, 80))
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    bucket.remove("a/1.png")
    version.measure()
    with pytest.raises(InvalidInput, match="nobody knows how large the image is"):
        version.add_annotations({"1.png": BOX}, "model")


def test_what_is_written_has_the_sizes_and_the_images_themselves(bucket, version, tmp_path):
    body = picture(100, 80)
    bucket.put("a/0.png", body)
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    version.write("coco", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["images"][0]["width"] == 100
    version.add_annotations({"0.png": BOX}, "model")
    version.write("yolo", tmp_path / "yolo", images="copy")
    (copied,) = (tmp_path / "yolo").rglob("0.png")
    assert copied.read_bytes() == body
    with pytest.raises(Refused, match="cannot be linked; images='copy' copies it"):
        version.write("yolo", tmp_path / "linked", images="link")


def test_an_object_that_was_replaced_is_seen_as_changed_and_shown_as_it_is_now(bucket, version):
    bucket.put("a/1.png", picture(seed=1))
    bucket.put("a/2.png", picture(seed=2))
    version.add_images(f"s3://{bucket.name}/a")
    first = version.assets["1.png"].image
    assert version.check_files().empty
    bucket.put("a/1.png", picture(35, 20, seed=3))
    bucket.remove("a/2.png")
    found = version.check_files()
    assert dict(zip(found["asset"], found["problem"], strict=True)) == {"1.png": "changed", "2.png": "missing"}
    assert version.assets["1.png"].image.shape != first.shape
    with pytest.raises(ReadFailed, match=r"The image 2.png cannot be fetched: it is not there any more\."):
        version.assets["2.png"].image  # noqa: B018


def test_folders_that_moved_are_found_again(bucket, version, tmp_path):
    body = picture()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "1.png").write_bytes(body)
    bucket.put("old/1.png", body)
    bucket.put("new/sub/1.png", body)
    version.add_images(tmp_path / "here")
    assert version.relocate(tmp_path / "here", f"s3://{bucket.name}/old") == 1
    with pytest.raises(Refused, match=r"1 of 1 files are not below s3://.*/nowhere as they were: s3://.* is missing"):
        version.relocate(f"s3://{bucket.name}/old/", f"s3://{bucket.name}/nowhere")
    assert version.relocate(f"s3://{bucket.name}/old/", f"s3://{bucket.name}/new/sub") == 1
    assert version.assets["1.png"].path == f"s3://{bucket.name}/new/sub/1.png"
    assert version.assets["1.png"].image.shape == (20, 30, 3)
    with pytest.raises(NotFound, match=rf"all of them are below s3://{bucket.name}/new/sub"):
        version.relocate(f"s3://{bucket.name}/old", "/somewhere")
    assert version.relocate(f"s3://{bucket.name}/new/sub", tmp_path / "here") == 1


def test_the_cache_is_private_and_bounded_and_what_is_old_goes_first(bucket, version, monkeypatch, tmp_path):
    bodies = [picture(200, 100, seed=n) for n in range(4)]
    for n, body in enumerate(bodies):
        bucket.put(f"a/{n}.png", body)
    bucket.put("a/huge.png", picture(600, 400))
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    fetcher.close()
    monkeypatch.setenv("NBANNOTATE_CACHE_SIZE", str(int(len(bodies[0]) * 3.2)))
    objects = tmp_path / "cache" / "objects"
    for n in (0, 1, 2):
        assert version.assets[f"{n}.png"].image.shape == (100, 200, 3)
    for n, path in enumerate(sorted(objects.iterdir(), key=lambda p: p.stat().st_mtime)):
        os.utime(path, (1000 + n, 1000 + n))  # as if they had been read one after the other
    assert version.assets["0.png"].image.shape == (100, 200, 3)  # used again
    assert version.assets["3.png"].image.shape == (100, 200, 3)
    kept = {path.read_bytes() for path in objects.iterdir()}
    assert kept == {bodies[0], bodies[2], bodies[3]}
    with pytest.raises(ReadFailed, match=r"there is no room for it: it has .* MB, and NBANNOTATE_CACHE_SIZE leaves"):
        version.assets["huge.png"].image  # noqa: B018
    assert stat.S_IMODE(objects.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in objects.iterdir()} == {0o600}
    assert bucket.name not in " ".join(path.name for path in objects.iterdir())


def test_a_large_image_is_read_in_parts_from_the_cache(bucket, version, tmp_path):
    out = io.BytesIO()
    Image.new("L", (6_000, 6_000), 90).save(out, "PNG")
    bucket.put("a/large.png", out.getvalue())
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    asset = version.assets["large.png"]
    source = version.workspace.client.source(asset.asset_id)
    assert isinstance(source, Path)
    assert source.parent == tmp_path / "cache" / "objects"
    assert asset.image.shape == (6_000, 6_000)
    assert version.assets["large.png"].width == 6_000


def test_several_who_want_one_object_fetch_it_once(bucket, counted, version):
    bucket.put("a/1.png", picture(400, 300))
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    asset, seen = version.assets["1.png"], []
    threads = [threading.Thread(target=lambda: seen.append(asset.image.shape)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(300, 400, 3)] * 6
    assert counted.asked["GET", f"/{bucket.name}/a/1.png"] == 1


def test_without_credentials_network_or_library_the_image_says_so(bucket, version, monkeypatch):
    bucket.put("a/1.png", picture())
    version.add_images(f"s3://{bucket.name}/a", sizes="later")
    asset = version.assets["1.png"]
    with monkeypatch.context() as without:
        fetcher.close()
        without.delenv("AWS_ACCESS_KEY_ID")
        without.delenv("AWS_SECRET_ACCESS_KEY")
        without.setenv("HOME", "/nowhere")
        with pytest.raises(ReadFailed, match="this workspace has no valid credentials for its store"):
            asset.image  # noqa: B018
    with monkeypatch.context() as without:
        fetcher.close()
        without.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        without.setenv("AWS_MAX_ATTEMPTS", "1")
        with pytest.raises(ReadFailed, match=r"The image 1.png cannot be fetched: its store does not answer\."):
            asset.image  # noqa: B018
    with pytest.raises(InvalidInput, match=r'needs an extra: pip install "nbannotate\[gs\]"'):
        version.add_images("gs://bucket/2.png")
    fetcher.close()
    assert asset.image.shape == (20, 30, 3)  # whoever tries again, sees it


def test_the_process_of_the_workspace_imports_no_library_of_stores(bucket, tmp_path, run_python):
    bucket.put("a/1.png", picture())
    printed = run_python(
        f"""
import sys
import nbannotate as nb
v = nb.open(":memory:").create_dataset("d").create_version("v").add_images("s3://{bucket.name}/a")
print(v.assets["1.png"].image.shape)
print(sorted(m for m in sys.modules if m.partition(".")[0] in ("fsspec", "s3fs", "aiobotocore", "botocore", "aiohttp")))
"""
    )
    assert printed.splitlines() == ["(20, 30, 3)", "[]"]
    assert Path(tmp_path / "cache" / "objects").is_dir()
