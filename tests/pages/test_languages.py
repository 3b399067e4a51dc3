"""The pages in every language: no word of English is left, nothing is cut off, and the choice of a person stays."""

from __future__ import annotations

import contextlib
import getpass
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError

import nbannotate as nb
from nbannotate import texts
from nbannotate.frontend import building
from nbannotate.model import Closed, Issue, Session, TaskView

pytestmark = pytest.mark.browser
PASSWORD = "a long password"
LOCALES = {"de": "de-DE", "es": "es-ES", "fr": "fr-FR", "ja": "ja-JP", "zh": "zh-CN"}

#: What people read: texts and names of what is shown, but not keys, and not the names of the languages.
READ = """() => {
  const found = new Set(), skip = "script, style, noscript, kbd, pre, .prose, .language, nav, [data-name=tz]";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), parent = walk.currentNode.parentElement;
    const shown = parent.checkVisibility() || parent.closest(".nba-bar option");
    if (text && shown && !parent.closest(skip)) found.add(text);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    for (const name of ["aria-label", "title", "placeholder"])
      if (!element.closest(".language") && element.getAttribute(name)) found.add(element.getAttribute(name));
  return [...found];
}"""
#: Buttons and tabs whose text is wider than they are (a tab that is cut shows no dots), headings that do not fit into
#: their columns, and a page that has to be scrolled sideways.
CUT = """() => {
  const wide = (e) => e.checkVisibility() && !e.matches(".bell") && getComputedStyle(e).overflow === "visible"
    && getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 2;
  const found = [...document.querySelectorAll("button, [role=tab], label, .kind, .chip")].filter(wide);
  const tabs = [...document.querySelectorAll("[role=tab]")].filter((e) => e.checkVisibility());
  found.push(...tabs.filter((e) => {
    const its = document.createRange();
    its.selectNodeContents(e);
    const text = its.getBoundingClientRect(), tab = e.getBoundingClientRect();
    return text.left < tab.left - 1 || text.right > tab.right + 1;
  }));
  const side = document.querySelector(".nbp-side"), edge = side?.getBoundingClientRect().right + 1;
  const beside = [...(side?.querySelectorAll("button, [role=tab], p") ?? [])];
  found.push(...beside.filter((e) => e.getBoundingClientRect().right > edge));
  const heads = [...document.querySelectorAll(".head .cell button.sort")].filter((e) => e.checkVisibility());
  found.push(...heads.filter((e) => {
    const its = e.getBoundingClientRect(), cell = e.closest(".cell").getBoundingClientRect();
    return its.left < cell.left - 1 || its.right > cell.right + 1;
  }));
  const page = document.documentElement.scrollWidth > innerWidth + 1 ? [`the page: ${innerWidth}`] : [];
  return [...page, ...found.map((e) => `${innerWidth}: ${e.textContent}`)];
}"""
#: Keys, units and names that are not ours to translate.
NAMES = (
    r"^null$|Home|Ctrl|Shift|Alt|Esc|Delete|Enter|Page|UTC|DICOM|JSON|PDF|PNG|SVG|CSV|nbannotate|image_\d+\.png"
    rf"|\b(?:ana|ben|chloe|mia|{re.escape(getpass.getuser())})\b"
)


def acting(ws: Any, login: str) -> Any:
    return ws.client.acting(ws.client.call("sessions.open", Session, login=login, password=PASSWORD).token)


def fill(ws: Any, folder: Path) -> None:
    """A campaign with something on every page; what people wrote is Greek, so that every Latin word is ours."""
    ws.members.add("mia", role="manager", password=PASSWORD)
    (folder / "images").mkdir()
    for i in range(4):
        Image.new("RGB", (320, 240), (90 + 30 * i, 110, 120)).save(folder / "images" / f"image_{i}.png")
    version = ws.create_dataset("αίμα").create_version("ν1")
    version.add_images([folder / "images"])
    stage = nb.Attribute("στάδιο", "choice", ("α", "β"), required=True)
    recipe = nb.Recipe(labels=[nb.Label("κύτταρο", attributes=(stage,)), "σκόνη"], tags=["θολό"], max_shapes=5)
    steps = [nb.Step("πρώτο", "annotation", ["ana"]), nb.Step("έλεγχος", "review", ["chloe"])]
    campaign = version.create_campaign("Ιούλιος", recipe, nb.Workflow(steps), due="2100-01-01")
    campaign.launch()
    number = campaign.campaign_id
    ana, chloe = acting(ws, "ana"), acting(ws, "chloe")
    shape = nb.Shape(kind="rectangle", points=((40, 30), (200, 150)), label="κύτταρο", attributes={"στάδιο": "α"})
    for _ in range(2):
        view = ana.call("tasks.next", TaskView, campaign_id=number, step=0)
        said = nb.model.Annotation(shapes=(shape,))
        ana.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=said, revision=view.revision)
    view = chloe.call("tasks.next", TaskView, campaign_id=number, step=1)
    chloe.call("issues.create", Issue, task_id=view.task.task_id, text="όχι", zone=(10.0, 10.0, 60.0, 60.0))
    chloe.call("tasks.rework", Closed, task_id=view.task.task_id, revision=view.revision)


@pytest.fixture(scope="module")
def site(serve: Any) -> Any:
    return serve(fill)


class Reader:
    """Goes through the pages and remembers what stands there."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.read: dict[str, str] = {}
        self.cut: list[str] = []

    def looks(self, page: Any, where: str) -> None:
        for text in page.evaluate(READ):
            self.read.setdefault(text, where)
        for width in (900, 1200, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            with contextlib.suppress(TimeoutError):  # the widgets follow the window a little later
                page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth + 1", timeout=10_000)
            self.cut += [f"{where}: {row}" for row in page.evaluate(CUT)]

    def english(self) -> list[str]:
        """Return what is not in the language: Latin words in Chinese and Japanese, else what the English table has."""
        if self.language in ("ja", "zh"):
            left = {text: re.sub(NAMES, "", text) for text in self.read}
            return [f"{self.read[t]}: {t}" for t, rest in left.items() if re.search(r"[A-Za-z]{3,}", rest)]
        table = texts.texts_of(self.language).table
        both = {**table["texts"], **table["sentences"]}
        return [f"{self.read[t]}: {t}" for t in self.read if isinstance(both.get(t), str) and both[t] != t]


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_are_in_the_language_of_the_browser_and_nothing_is_cut_off(site: Any, language: str) -> None:
    reader, context = Reader(language), {"locale": LOCALES[language]}
    page = site.log_in("ana", **context)
    assert page.evaluate("document.documentElement.lang") == language
    reader.looks(page, "my tasks")
    page.click(".bell")
    reader.looks(page, "notices")
    page.keyboard.press("Escape")
    page.click("[data-open]")
    page.wait_for_selector(".nbp-list .image")
    reader.looks(page, "job")
    page.click("[data-key=go]")
    page.wait_for_selector(".nba-preview[src]")
    reader.looks(page, "returned task")
    for panel in ("shapes", "info", "history"):
        page.click(f".nbp-side [role=tab][data-key={panel}]")
        page.wait_for_selector(f".nbp-panel[data-key={panel}]")
        reader.looks(page, panel)
    page.wait_for_selector(".nbp-history")
    reader.looks(page, "history")
    page.locator(".nba-stage").focus()
    page.keyboard.press("?")
    page.wait_for_selector(".nba-help")
    reader.looks(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.wait_for_selector(".nbp-dialog")
    reader.looks(page, "dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.wait_for_selector(".nbp-toast")
    reader.looks(page, "refusal")

    page = site.log_in("chloe", **context)
    reader.looks(page, "tasks of a reviewer")
    page.click("[data-go]")
    page.wait_for_selector(".nba-preview[src]")
    page.wait_for_selector(".nbp-actions [data-key=rework]")
    reader.looks(page, "review")

    page.goto(site.url + "logout")
    page.click("button[type=submit]")
    page.goto(site.url + "login?next=/manager")
    page.fill("#login", "mia")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector(".nbm-card")
    page.click(".nbm-card .link.more")
    page.wait_for_selector(".nbm-facts")
    reader.looks(page, "campaigns")
    for tab, there in {"tasks": ".nbm-row[id]", "jobs": ".nbm-jobs", "members": ".nbm-list"}.items():
        page.click(f"#nbm-tab-{tab}")
        page.wait_for_selector(there)
        reader.looks(page, tab)
    page.click(".nbm-bar .primary")
    page.wait_for_selector(".nbp-dialog")
    reader.looks(page, "invitation")
    page.keyboard.press("Escape")
    page.click("#nbm-tab-statistics")
    page.wait_for_selector(".nba-tile")
    page.wait_for_selector(".nba-plot .main-svg")
    reader.looks(page, "statistics")
    for address in ("password", "logout", "nowhere"):
        page.goto(site.url + address)
        reader.looks(page, address)
    assert not reader.english(), "\n".join(reader.english())
    assert not reader.cut, "\n".join(reader.cut)


def test_a_person_chooses_a_language_and_keeps_it(site: Any) -> None:
    page = site.log_in("ana", locale="en-US")
    assert page.inner_text("[role=tab][data-key=tasks]") == "My tasks"
    page.select_option(".language select", "fr")
    page.wait_for_selector("[role=tab][data-key=tasks] >> text=Mes tâches")
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.reload()
    page.wait_for_selector("[role=tab][data-key=tasks] >> text=Mes tâches")
    page.click("[data-go]")
    page.wait_for_selector(".nbp-actions >> text=Soumettre")
    assert page.get_attribute(".nba-stage", "aria-roledescription") == "canevas d’image"


def test_the_login_page_offers_the_languages_and_says_its_errors_in_them(site: Any, chromium: Any) -> None:
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(site.url + "work")
    page.click("nav a[lang=zh]")
    assert page.inner_text("button[type=submit]") == "登录"
    assert "next=%2Fwork" in page.url
    page.fill("#login", "nobody")
    page.fill("#password", "something else")
    page.click("button[type=submit]")
    assert page.inner_text("#error") == "登录名或密码错误。"
    page.goto(site.url + "login")
    assert page.evaluate("document.documentElement.lang") == "zh"
    context.close()


def test_the_browser_says_a_sentence_as_python_does(chromium: Any) -> None:
    page, module = chromium.new_page(), building.bundle("shared/texts")
    sentences = [
        "1 image submitted.", "37 images submitted.", "3 tasks to ana · 1 task to ben.", "Draw: polygon",
        "The tag 'blurred' is locked; unlock it before you change it.", "What nobody has translated: 3.",
        "2 tasks to ben; 1 task that is begun stayed.", "Nobody is logged in here. Say what is wrong.",
        "image_1.png submitted as 'unsure'; now at 'check'.", "This task is ana's.",
    ]  # fmt: skip
    none = {"de": "0 Bilder", "es": "0 imágenes", "fr": "0 image", "ja": "画像 0 枚", "zh": "0 张图像"}
    for language in LOCALES:
        table = {**texts.texts_of(language).table, "singular": texts.tables.singulars()}
        page.evaluate(f"globalThis.nbannotateTexts = {{ tag: '{language}', tables: new Map() }}")
        page.add_script_tag(content=module)
        page.evaluate(f"(table) => nbannotateTexts.tables.set('{language}', table)", table)
        heard = page.evaluate("(sentences) => sentences.map(said)", sentences)
        assert heard == [texts.texts_of(language).said(s) for s in sentences]
        words = "[N(0, '{n} image', '{n} images'), T('Page {n} of {total}', { n: 2, total: 1234 })]"
        few, number = page.evaluate(words)
        assert few == none[language]
        assert re.search(r"1.?234", number)
    page.close()
