"""Pages: who may open which, as whom their kernels act, and what they give away."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from serve_person import Person
from serve_rig import Server, notebook, wait_for

from nbannotate.errors import SessionEnded
from nbannotate.model import Job, Member
from nbannotate.serve.settings import Limits


def test_a_page_acts_as_the_member_who_opened_it(log_in) -> None:
    assert log_in("ana").page().greets() == "ana"


def test_bursts_of_different_members_each_get_their_own_identity(server: Server, log_in) -> None:
    names = ["ana", "bob", "cem", "dia"]
    people = {name: log_in(name) for name in names}
    with ThreadPoolExecutor(3) as pool:
        for turn in (names, names[::-1]):  # the second turn gets kernels that the first one's requests caused
            greeted = list(pool.map(lambda name: people[name].page().greets(), turn))
            assert greeted == turn


def test_quick_reloads_give_new_kernels_of_the_same_member_and_three_at_most(log_in) -> None:
    bob = log_in("bob")
    pages = [bob.page()]
    with ThreadPoolExecutor(2) as pool:
        pages += pool.map(lambda _: bob.page(), range(2))
    assert [page.greets() for page in pages] == ["bob"] * Limits().kernels
    pages.append(bob.page())
    assert len({page.kernel for page in pages}) == 4
    wait_for(lambda: bob.get(f"/api/kernels/{pages[0].kernel}").status_code == 403, what="the oldest kernel ended")
    assert [bob.get(f"/api/kernels/{p.kernel}").status_code for p in pages[1:]] == [200] * 3


def test_annotators_are_refused_at_the_managers_page_before_a_kernel_starts(server: Server, log_in) -> None:
    before = {p.pid for p in server.kernels()}
    for name in ("ana", "gus"):
        reply = log_in(name).get("/manager")
        assert reply.status_code == 403
        assert "This page is for managers" in reply.text
    assert {p.pid for p in server.kernels()} <= before
    assert "refused: ana (annotator) asked for /manager" in server.log


def test_a_manager_opens_both_pages(log_in) -> None:
    mia = log_in("mia")
    assert "Campaigns" in str(mia.page("/manager").widgets())
    assert mia.page("/work").greets() == "mia"


def test_a_page_is_ours_and_gives_nothing_away(server: Server, log_in) -> None:
    ana = log_in("ana")
    page = ana.page()
    assert '<html lang="en"' in page.html
    assert "<title>nbannotate</title>" in page.html
    assert "connect_kernel" not in page.html, "no source"
    assert not re.search(r"(?:src|href|action)=\"(?!/)", page.html), "something comes from elsewhere"
    assert "http" not in page.html.replace("http-equiv", ""), "an absolute address"
    kernels = [p.environ() for p in server.kernels()]
    secrets = [e["NBANNOTATE_TOKEN"] for e in kernels]
    given_away = page.html + json.dumps(page.widgets())
    for secret in [*secrets, *(c.value for c in ana.session.cookies), str(server.workspace), "/site-packages/"]:
        assert secret not in given_away


def test_a_kernel_inherits_nothing_from_the_shell_and_shares_no_token(server: Server, log_in) -> None:
    log_in("ana").page()
    log_in("bob").page()
    wait_for(lambda: len(server.kernels()) >= 3, what="two kernels and a spare")
    kernels = [p.environ() for p in server.kernels()]
    assert all(e["NBANNOTATE_WORKSPACE"] == str(server.workspace.resolve()) for e in kernels)
    assert len({e["NBANNOTATE_TOKEN"] for e in kernels}) == len(kernels)
    assert not any("SECRET_OF_THE_SHELL" in e or "QUERY_STRING" in e or "VOILA_REQUEST_URL" in e for e in kernels)


def test_a_spare_kernel_can_do_nothing(server: Server, log_in, owner) -> None:
    log_in("ana").page()

    def tokens() -> list[str]:
        return [p.environ()["NBANNOTATE_TOKEN"] for p in server.kernels()]

    def acts(token: str) -> bool:
        try:
            return bool(owner.call("sessions.check", Member, token=token))
        except SessionEnded:
            return False

    spare = wait_for(lambda: [t for t in tokens() if not acts(t)])
    with pytest.raises(SessionEnded):
        owner.acting(spare[0]).call("tasks.mine", list[Job])


def test_an_error_in_a_page_is_a_sentence(server: Server, folder, log_in) -> None:
    work = (folder / "notebooks/manager.ipynb").read_text()
    notebook(folder / "notebooks", "manager.ipynb", "import sys; print('noise', file=sys.stderr)\n1 / 0")
    try:
        page = log_in("mia").page("/manager")
    finally:
        (folder / "notebooks/manager.ipynb").write_text(work)
    assert "This part of the page could not be shown" in page.html
    assert not re.search("ZeroDivision|Traceback|noise|1 / 0", page.html)
    assert "ZeroDivisionError" in server.log, "who runs the server can read what happened"


def test_a_disabled_member_loses_page_and_websocket_at_once(log_in, owner) -> None:
    fay = log_in("fay")
    page = fay.page()
    socket = fay.attach(page.kernel)
    owner.call("members.disable", type(None), login="fay")
    try:
        assert socket.closes() == 4401
        assert fay.get("/work").status_code == 302
    finally:
        owner.call("members.enable", type(None), login="fay")


def test_logging_out_closes_the_websocket_and_ends_the_kernel(server: Server, log_in) -> None:
    ana = log_in("ana")
    page = ana.page()
    socket = ana.attach(page.kernel)
    process = next(p for p in server.kernels() if page.kernel in " ".join(p.cmdline()))
    ana.send("POST", "/logout")
    assert socket.closes() == 4401
    psutil.wait_procs([process], 10)
    assert not process.is_running()


def test_a_closed_page_ends_its_kernel(server: Server, log_in) -> None:
    ana = log_in("ana")
    page = ana.page()
    process = next(p for p in server.kernels() if page.kernel in " ".join(p.cmdline()))
    assert ana.send("POST", f"/voila/api/shutdown/{page.kernel}").status_code == 204
    psutil.wait_procs([process], 15)
    assert not process.is_running()


def test_a_kernel_that_dies_closes_its_page_with_a_reason(server: Server, log_in) -> None:
    ana = log_in("ana")
    page = ana.page()
    socket = ana.attach(page.kernel)
    next(p for p in server.kernels() if page.kernel in " ".join(p.cmdline())).kill()
    assert socket.closes() == 4410


@pytest.mark.parametrize("query", ["?template=lab", "?theme=dark", "?voila-theme=x", "?template=../../x"])
def test_no_address_changes_the_template_or_the_theme(log_in, query: str) -> None:
    page = log_in("ana").page(f"/work{query}")
    assert 'data-theme="auto"' in page.html


def test_the_security_headers_are_there(nobody: Person, log_in) -> None:
    for reply in (nobody.get("/login"), log_in("ana").get("/work")):
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"script-src[^;]*unsafe", policy)
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Server" not in reply.headers
