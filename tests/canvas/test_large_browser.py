"""A person opens an image of 12,000 x 9,000 pixels and zooms into its far corner; the kernel stays small."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("canvas-voila")]
WIDTH, HEIGHT = 12_000, 9_000
MOST_MIB = 80  # that the kernel may grow by; the decoded image has 103, as RGB 309
USS = "__import__('psutil').Process().memory_full_info().uss"
SAME = """([places, grays]) => {
    const canvas = document.querySelector('canvas.nba-base'), context = canvas.getContext('2d');
    return places.every(([x, y], i) => {
        const [r, g, b, a] = context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
        return a === 255 && r === grays[i] && g === grays[i] && b === grays[i];
    });
}"""


def gray(x, y):
    return ((x * 7 + y * 13) % 200 + 20).astype(np.uint8)


@pytest.fixture(scope="module")
def far(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.png"
    rows = gray(np.arange(WIDTH), np.arange(200)[:, None])  # 13 * 200 is a multiple of 200: the rows repeat
    Image.fromarray(np.tile(rows, (HEIGHT // 200, 1))).save(path, compress_level=1)
    return path


def test_the_far_corner_of_a_large_image_becomes_sharp(page, far):
    stage = page("voila", "one")
    stage.run(f"uss = {USS}")
    stage.run(f"c.show({str(far)!r})")
    stage.wait("c.image_size", (WIDTH, HEIGHT))
    stage.wait("c.model.picture._pyramid.done")
    stage.page.locator(".nba-refining").wait_for(state="hidden")
    box = stage.page.locator("img.nba-preview").first.bounding_box()
    corner = box["x"] + box["width"] - 1, box["y"] + box["height"] - 1
    assert box["width"] / box["height"] == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    stage.page.mouse.move(*corner)
    for _ in range(60):
        if stage.kernel("c.state.zoom") >= 8:
            break
        stage.page.mouse.wheel(0, -400)
        stage.page.wait_for_timeout(150)  # a view is told after a pause
    k, left, top, dpr, seen = stage.kernel(
        "(c.model.view.k, c.model.view.x, c.model.view.y, c.model.view.dpr, c.model.picture.visible(c.model.view))"
    )
    x0, y0, x1, y1 = (int(v) for v in seen)
    assert k >= 8
    assert (x0, y0) > (WIDTH - 300, HEIGHT - 300)
    spots = [(x1 - 2, y1 - 2), (x1 - 3, y1 - 2), (x0 + 3, y0 + 3), ((x0 + x1) // 2, (y0 + y1) // 2)]
    places = [(((x + 0.5) * k + left) * dpr, ((y + 0.5) * k + top) * dpr) for x, y in spots]
    stage.page.wait_for_function(SAME, arg=[places, [int(gray(np.int64(x), np.int64(y))) for x, y in spots]])
    assert stage.kernel("c.model.picture.held") == 0
    assert stage.kernel(f"({USS} - uss) >> 20") < MOST_MIB
    assert not stage.errors
