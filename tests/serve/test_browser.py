"""A person in front of Chromium: logs in, works, loses the connection, logs out; in light and in dark."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from serve_rig import Server, password

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


def brightness(page: playwright.Page, selector: str, what: str) -> float:
    """Return how bright a color is, from 0 to 255."""
    color = page.eval_on_selector(selector, f"node => getComputedStyle(node).{what}")
    numbers = [float(n) for n in color[color.index("(") + 1 : -1].replace(",", " ").split()[:3]]
    return sum(numbers) / 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_log_in_work_lose_the_connection_and_log_out(server: Server, chromium, theme: str) -> None:
    context = chromium.new_context(color_scheme=theme, viewport={"width": 1000, "height": 700})
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)

    page.goto(server.url + "/work")
    page.wait_for_selector("#login:focus")
    is_dark = theme == "dark"
    assert (brightness(page, "body", "backgroundColor") < 100) == is_dark
    page.keyboard.type("eva")
    page.keyboard.press("Tab")
    page.keyboard.type(password("eva"))
    page.keyboard.press("Enter")
    page.wait_for_selector("#who")
    assert page.inner_text("#who") == "Hello eva"
    assert page.title() == "nbannotate"
    page.wait_for_selector("#opening", state="hidden", timeout=5000)  # before it would give up by itself
    assert (brightness(page, "body", "backgroundColor") < 100) == is_dark
    assert (brightness(page, "#who", "color") > 150) == is_dark
    assert page.get_attribute("body", "data-jp-theme-light") == str(not is_dark).lower()
    assert page.evaluate("document.documentElement.scrollHeight") == 700, "an app can fill the window"

    page.locator(".widget-readout").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.wait_for_selector("text='60'")

    assert not errors
    for kernel in server.kernels():  # the spare too: the next page gets a living one all the same
        kernel.kill()
    page.wait_for_selector("#lost:not([hidden])")
    assert page.inner_text("#lost-text") == "Connection lost — what you drew is kept; reload"
    page.click("#lost-button")
    page.wait_for_selector("#who")
    assert page.is_hidden("#lost")

    page.click("text=Log out")
    page.wait_for_selector("#password")
    page.go_back()
    page.wait_for_selector("#password")
    assert {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} == {"127.0.0.1"}
    context.close()


def test_without_javascript_one_can_log_in(server: Server, chromium) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    page.fill("#login", "eva")
    page.fill("#password", "wrong")
    page.click("button")
    assert page.inner_text("[role=alert]") == "The login or the password is wrong."
    assert page.input_value("#login") == "eva"
    page.fill("#password", password("eva"))
    page.click("button")
    assert page.url == server.url + "/work"
    context.close()
