"""Images in a bucket in a real browser: they are seen, and nobody but the process that fetches has a credential."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest
from tests.remote.fixtures import bucket, far, moto_port  # noqa: F401  fixtures
from tests.remote.stores import KEY, SECRET, picture

import nbannotate as nb

pytestmark = pytest.mark.browser


def of_site(workspace):
    """Return the processes of a site by their modules, the newest last."""
    server = [p for p in psutil.process_iter() if str(workspace.path) in _command(p)]
    every = {p for one in server for p in (one, *one.children(recursive=True))}
    named = ("nbannotate.serve.ipykernel_launcher", "nbannotate.remote.child", "nbannotate.imaging.child")
    return {name: [p for p in every if name in _command(p)] for name in named}


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def environment(process):
    return Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads environments where Linux shows them")
def test_an_annotator_sees_the_image_and_no_process_of_theirs_has_a_credential(serve, bucket, tmp_path):  # noqa: F811
    def fill(workspace, folder):
        for n in range(2):
            bucket.put(f"study/{n}.png", picture(320, 240, seed=n))
        version = workspace.create_dataset("far").create_version("v1")
        version.add_images(f"s3://{bucket.name}/study", sizes="later")
        steps = [nb.Step("draw", kind="annotation", assignees=["ana"])]
        version.create_campaign("Far", nb.Recipe(labels=["cell"]), nb.Workflow(steps)).launch()

    site = serve(fill)
    bucket.remove("study/1.png")  # now: it is fetched ahead
    page = site.log_in("ana")
    sent = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(str(data))))
    page.locator(".nbp-jobs button.primary").first.click()
    page.wait_for_selector(".nba-preview[src]", state="attached")
    found = of_site(site.ws)
    assert found["nbannotate.serve.ipykernel_launcher"]
    assert found["nbannotate.imaging.child"]
    for name in ("nbannotate.serve.ipykernel_launcher", "nbannotate.imaging.child"):
        for process in found[name]:
            said = environment(process)
            assert KEY not in said
            assert SECRET not in said
            assert "AWS_" not in said
    (fetching,) = found["nbannotate.remote.child"]
    assert SECRET in environment(fetching)
    assert "NBANNOTATE_TOKEN" not in environment(fetching)
    content = page.content() + "".join(sent)
    for secret in (KEY, SECRET, bucket.name, "s3://"):
        assert secret not in content
    if folder := os.environ.get("NBANNOTATE_PICTURES"):
        page.screenshot(path=f"{folder}/far_image.png")

    # The owner is killed: the next one is started by the server, which has credentials, and not by the kernel.
    before = site.ws.client.place.contact().pid
    psutil.Process(before).kill()
    page.locator(".nbp-actions button[data-key=discard]").click()
    page.locator("textarea:visible").last.fill("Of no use")
    page.get_by_role("button", name="Discard the image").click()
    page.get_by_text("cannot be fetched: it is not there any more").first.wait_for()
    after = site.ws.client.place.contact().pid
    assert after != before
    assert SECRET in environment(psutil.Process(after))
    if folder:
        page.screenshot(path=f"{folder}/far_image_gone.png")
    bucket.put("study/1.png", picture(320, 240, seed=9))
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Try again").wait_for(state="hidden")
    page.wait_for_selector(".nba-preview[src]", state="attached")
