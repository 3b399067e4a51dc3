"""The info panel: instructions, a PDF that is rendered in the kernel, the recipe, the facts of the image."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import nbannotate as nb
from nbannotate.errors import ReadFailed
from nbannotate.imaging import pdf_page
from nbannotate.model import Attribute, Document
from nbannotate.pages.work import pdf_pages

pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
GRAY = (90, 160, 230)


def pdf(*colors: Any, size: tuple[int, int] = (620, 877)) -> bytes:
    """Return a PDF with a page in each color."""
    sheets = [Image.new("RGB", size, color) for color in colors]
    for i, one in enumerate(sheets):
        ImageDraw.Draw(one).text((40, 40), f"Page {i + 1}", fill="black")
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def pixel(shown: dict[str, Any]) -> tuple[int, ...]:
    """Return the color in the middle of the page that is shown."""
    body = base64.b64decode(shown["image"].removeprefix("data:image/jpeg;base64,"))
    with Image.open(io.BytesIO(body)) as image:
        assert image.size == (shown["width"], shown["height"])
        return image.getpixel((image.width // 2, image.height // 2))


@pytest.fixture
def with_pdf(make_place, town):
    def make(body: bytes, **recipe: Any) -> Any:
        document = town.ws.client.call("documents.add", Document, name="guide.pdf", body=body)
        return make_place(**recipe, pdf=document)

    return make


def test_the_pdf_is_shown_page_by_page(with_pdf):
    place = with_pdf(pdf("red", "lime", "blue"))
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.part("info")["pdf"] == "guide.pdf"
    assert ana.part("paper") is None  # nobody has looked yet
    seen = []
    for number in (0, 1, 2, 7):
        assert ana.does("paper", page=number) is None
        shown = ana.part("paper")
        seen.append((shown["page"], shown["pages"], max(range(3), key=lambda i: pixel(shown)[i])))
    assert seen == [(0, 3, 0), (1, 3, 1), (2, 3, 2), (2, 3, 2)]
    assert shown["width"] == pytest.approx(pdf_pages.WIDTH, abs=1)
    assert [o for o, _ in ana.line.asked].count("documents.get") == 1


def test_a_very_tall_page_stays_within_bounds():
    shown = pdf_pages.page("strip.pdf", pdf(GRAY, size=(60, 1800)), 0)
    assert shown.height <= pdf_pages.TALLEST + 1


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7\n%%EOF", b"no pdf at all", pdf(GRAY)[:2000]],
                         ids=["empty", "hollow", "text", "cut"])  # fmt: skip
def test_a_pdf_that_cannot_be_read_is_said_in_a_sentence(body):
    with pytest.raises(ReadFailed, match=r"guide.pdf cannot be shown: .* Ask a manager"):
        pdf_pages.page("guide.pdf", body, 0)


def test_a_page_that_takes_too_long_is_a_sentence_and_its_process_ends(monkeypatch):
    """A pattern of a pattern, so that each level draws a hundred times the one below."""
    monkeypatch.setattr(pdf_page, "PATIENCE_S", 1.0)
    levels = 8
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>",
        stream(b"", b"/F Do " * 50),
    ]
    for level in range(levels):
        inner = f"/Resources<</XObject<</F {6 + level} 0 R>>>>".encode() if level < levels - 1 else b""
        body = b"/F Do " * 50 if level < levels - 1 else b"0 0 600 600 re f " * 50
        objects.append(stream(b"/Type/XObject/Subtype/Form/BBox[0 0 600 600]" + inner, body))
    with pytest.raises(ReadFailed, match="drawing this page takes too long"):
        pdf_pages.page("slow.pdf", written(objects), 0)


def stream(more, body):
    return b"<<" + more + b"/Length %d>>stream\n" % len(body) + body + b"\nendstream"


def written(objects):
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + one + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def test_the_page_goes_on_when_the_pdf_cannot_be_read(with_pdf):
    place = with_pdf(b"%PDF-1.7\nnonsense\n%%EOF")
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("paper", page=0) is None
    assert "guide.pdf cannot be shown" in ana.part("paper")["error"]
    assert ana.does("nothing") is None


def test_without_the_library_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(ReadFailed, match="pypdfium2 is not installed"):
        pdf_pages.page("guide.pdf", pdf(GRAY), 0)


def test_a_campaign_without_a_pdf_has_none(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.part("info")["pdf"] == ""
    assert "no PDF" in ana.does("paper", page=0)


def test_the_recipe_is_said_in_words(make_place):
    attribute = Attribute("stage", "choice", ("ring", "schizont"), required=True)
    recipe = nb.Recipe([nb.Label("cell", kinds=("polygon",), attributes=(attribute,))], tags=["blurred"], max_shapes=3,
                       max_tags=1, open_labels=True)  # fmt: skip
    place = make_place(recipe)
    ana = place.person("ana")
    ana.starts(place.campaign)
    shown = ana.part("info")["recipe"]
    label = shown["labels"][0]
    assert (label["name"], label["kinds"]) == ("cell", ["polygon"])
    assert label["attributes"] == [
        {"name": "stage", "type": "one of", "choices": ["ring", "schizont"], "required": True}
    ]
    assert shown["limits"] == [
        "At most 3 shapes on an image.", "At most 1 tag on an image.", "You may add labels.",
    ]  # fmt: skip


def test_the_library_is_loaded_only_when_somebody_reads_a_pdf():
    code = "import sys; from nbannotate.pages import Work; Work.here(); print('pypdfium2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


# ---- in a browser

pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")


@pytest.fixture(scope="module")
def site(serve):
    def fill(ws: Any, folder: Any) -> None:
        (folder / "images").mkdir()
        Image.fromarray(np.full((60, 80), 128, np.uint8)).save(folder / "images" / "image_0.png")
        version = ws.create_dataset("Info", readme="# About\n\n*Smears*").create_version("v1")
        version.add_images([folder / "images"])
        body = pdf("white", GRAY)
        document = ws.client.call("documents.add", Document, name="guide.pdf", body=body)
        text = "Draw **all** <script>document.title = 'broken'</script> ![](https://example.org/x.png)"
        steps = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
        version.create_campaign("Info", nb.Recipe(["cell"]), steps, instructions=text, pdf=document).launch()

    return serve(fill)


@pytest.mark.browser
def test_the_pdf_is_read_in_the_restricted_page_without_any_other_site(site):
    page = site.log_in("ana")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[data-go]").press("Enter")
    page.wait_for_selector(".nba-stage:focus")
    for _ in range(2):
        page.keyboard.press("q")
    page.wait_for_selector(".nbp-panel .prose strong >> text=all")
    picture = page.locator(".nbp-panel .nbp-paper img")
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 1000
    page.locator(".nbp-panel [data-key=large]").press("Enter")
    page.wait_for_selector(".nbp-reader .page:focus")
    page.keyboard.press("PageDown")
    page.wait_for_selector(".nbp-reader >> text=Page 2 of 2")
    page.wait_for_selector(".nbp-reader [data-turning]", state="detached")
    page.keyboard.press("k")  # no key of the task acts behind it
    page.keyboard.press("Escape")
    page.wait_for_selector(".nbp-reader", state="detached")
    page.wait_for_selector(".nba-stage:focus")
    assert page.locator(".nbp-dialog").count() == 0
    assert page.locator(".nbp-panel >> text=Smears").count() == 1
    assert "broken" not in page.title()
    assert [url for url in asked if not url.startswith((site.url, "data:", "blob:", "ws:"))] == []
