"""Takes the pictures of the documentation from the running demo: ``python docs/make_pictures.py`` (needs Chromium)."""

from __future__ import annotations

import io
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import nbannotate as nb
from nbannotate.demo import FILE, end_owner
from nbannotate.stats.table import TABS

sys.path.insert(0, str(Path(__file__).parent))
import picture_campaign

FOLDER = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZE = {"width": 1240, "height": 760}


def log_in(browser: Browser, url: str, login: str, password: str, theme: str = "light") -> Page:
    """Return a page on which a member is logged in."""
    page = browser.new_context(viewport=SIZE, color_scheme=theme).new_page()  # type: ignore[arg-type]
    page.goto(url)
    page.locator("input:not([type=hidden]):not([type=password])").first.fill(login)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    return page


def begin(page: Page) -> None:
    """Go on with the first job."""
    page.locator("[data-first]").click()
    page.locator(".nba-stage canvas").first.wait_for()
    page.wait_for_timeout(2500)


def most_used(shot: Image.Image) -> Image.Image:
    """Return a palette of the colors that a picture has most of, each exactly as it is there."""
    counts = sorted(shot.getcolors(shot.width * shot.height) or [], reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for _, color in counts for value in color])  # type: ignore[union-attr]
    return palette


class Film:
    """Collects frames of a page and writes them as an animated picture."""

    def __init__(self, page: Page) -> None:
        self.page, self.frames, self.times = page, [], []

    def shot(self, ms: int = 120) -> None:
        """Take a frame that is shown for some milliseconds."""
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.frames.append(image.resize((image.width * 3 // 4, image.height * 3 // 4), Image.Resampling.LANCZOS))
        self.times.append(ms)

    def write(self, path: Path) -> None:
        """Write a GIF with one palette for all frames."""
        palette = self.frames[len(self.frames) // 2].quantize(96)
        frames = [f.quantize(palette=palette, dither=Image.Dither.NONE) for f in self.frames]
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=self.times, loop=0, optimize=True)


def film(page: Page) -> None:
    """Draw the missing outline of a returned image, label it with a key, and submit."""
    stage = page.locator(".nba-stage").bounding_box()
    assert stage is not None
    f = Film(page)
    f.shot(1500)
    page.keyboard.press("p")
    # The coin without an outline is in the lower left of the stage.
    for x, y in [(0.070, 0.715), (0.115, 0.672), (0.165, 0.690), (0.205, 0.74), (0.212, 0.79), (0.19, 0.85),
                 (0.15, 0.905), (0.11, 0.912), (0.06, 0.885), (0.024, 0.83), (0.028, 0.76)]:  # fmt: skip
        page.mouse.move(stage["x"] + stage["width"] * x, stage["y"] + stage["height"] * y, steps=2)
        page.mouse.down()
        page.mouse.up()
        f.shot(170)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    f.shot(500)
    page.keyboard.press("1")
    page.wait_for_timeout(800)
    f.shot(1200)
    page.screenshot(path=FOLDER / "annotate.png")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(2500)
    f.shot(1600)
    f.write(FOLDER / "annotate.gif")


def cards(browser: Browser, workspace: str) -> None:
    """Show a version and its campaign as a notebook does, light and dark."""
    ws = nb.open(workspace)
    campaign = next(iter(ws.campaigns))
    shown = [thing._repr_mimebundle_()["text/html"] for thing in (campaign.version, campaign)]
    style = "html{color-scheme:light dark} main{width:880px;padding:12px}"
    body = f"<!doctype html><style>{style}</style><main>{''.join(shown)}</main>"
    for theme in ("light", "dark"):
        page = browser.new_context(color_scheme=theme, device_scale_factor=1.5).new_page()  # type: ignore[arg-type]
        page.set_content(body)
        page.locator("main").screenshot(path=FOLDER / f"cards_{theme}.png")
        page.close()
    ws.close()


def tabs(browser: Browser, folder: Path) -> None:
    """Show each tab of the dashboard, of five weeks of a campaign."""
    workspace = folder / "sky.duckdb"
    picture_campaign.build(workspace)
    server = subprocess.Popen(
        [sys.executable, "-m", "nbannotate.serve", str(workspace), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = re.search(r"http://\S+", server.stdout.readline())[0]  # type: ignore[index]
    try:
        page = log_in(browser, f"{url}manager", "mara", picture_campaign.PASSWORD)
        page.set_viewport_size({"width": 1240, "height": 1040})
        page.get_by_text("Deep sky").first.wait_for()
        page.evaluate("location.hash = '#statistics?scope=workspace&by=week'")
        page.locator(".nba-tabs").wait_for()
        for tab in TABS:
            page.locator(f"#nba-tab-{tab}").click()
            page.wait_for_function(
                "() => { const all = [...document.querySelectorAll('.nba-card')]; return all.length && all.every("
                "(c) => c.ariaBusy !== 'true' && c.dataset.reading !== 'true' && c.querySelector('.nba-plot *')); }"
            )
            page.mouse.move(5, 500)
            page.wait_for_timeout(2500)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            few = shot.quantize(palette=most_used(shot), dither=Image.Dither.NONE)
            few.save(FOLDER / f"statistics_{tab}.png", optimize=True)
        page.context.close()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        end_owner(workspace)


def main() -> None:
    """Run the demo and take all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen(
            [sys.executable, "-m", "nbannotate.cli", "demo", "--folder", f"{folder}/demo"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert demo.stdout is not None
        said = ""
        for line in demo.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        url = re.search(r"http://\S+", said)[0]  # type: ignore[index]
        words = dict(re.findall(r"^\s+(mara|ana|chloe)\s+(\S+)", said, re.MULTILINE))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                ana = log_in(browser, url, "ana", words["ana"])
                ana.locator("[data-first]").wait_for()
                ana.wait_for_timeout(500)
                ana.screenshot(path=FOLDER / "my_tasks.png")
                ana.get_by_role("button", name="Images").first.click()
                ana.get_by_role("button", name="Submit job").wait_for()
                ana.wait_for_timeout(800)
                ana.screenshot(path=FOLDER / "job.png")
                ana.get_by_role("button", name="My tasks").first.click()
                ana.locator("[data-first]").wait_for()
                begin(ana)
                film(ana)
                chloe = log_in(browser, url, "chloe", words["chloe"], "dark")
                begin(chloe)
                chloe.screenshot(path=FOLDER / "review.png")
                mara = log_in(browser, url, "mara", words["mara"])
                mara.get_by_text("First campaign").first.wait_for()
                mara.wait_for_timeout(1500)
                mara.screenshot(path=FOLDER / "campaigns.png")
                mara.evaluate("location.hash = '#tasks'")
                mara.get_by_text("coins_2.png").first.wait_for()
                mara.wait_for_timeout(800)
                mara.screenshot(path=FOLDER / "tasks.png")
                cards(browser, f"{folder}/demo/{FILE}")
                tabs(browser, Path(folder))
                browser.close()
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


if __name__ == "__main__":
    main()
