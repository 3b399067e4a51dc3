"""The memory of a kernel that runs the annotator's page, of its own (USS), and how soon the page is ready.

    python benchmarks/kernel.py                 one kernel of each sort, three pages cold and three preheated
    python benchmarks/kernel.py --pages 0       only the memory
    python benchmarks/kernel.py --repeat 3      the median of three
    python benchmarks/kernel.py --size 4000     with an image of 4000 x 3000 pixels

Real kernels, started by jupyter_client with the environment that the pages' server gives them; the page is
``Work.here()``, and in it a task is opened whose image it fetches, decodes and sends to the browser's side. The goal is
below 70 MiB for images of ordinary size.

A page is ready when the image of its task is painted, in Chromium, counted from the moment a person who is logged in
goes to it. Cold: no kernel waits, the browser's cache is empty. Preheated: the server has a kernel waiting. The goal is
2.5 s cold.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from PIL import Image

import nbannotate as nb
from nbannotate.model import Member, Session, TaskView
from nbannotate.owner.client import connect
from nbannotate.owner.place import Place

PASSWORD = "a-long-password"
GOAL_MIB = 70

#: What each kernel runs; the numbers in the table are taken after it.
SORTS = {
    "bare ipykernel": "pass",
    "+ ipywidgets, ipycanvas": (
        "import ipywidgets, ipycanvas, anywidget; canvas = ipycanvas.MultiCanvas(3, width=800, height=600)"
    ),
    "annotator's page: my tasks": (
        "from nbannotate.pages import Work; page = Work.here()\nassert page.state.screen == 'tasks', page.state.screen"
    ),
    "annotator's page: a task open": (
        "from nbannotate.pages import Work, flow; page = Work.here()\n"
        "flow.go_on(page.desk, {campaign_id}, 0)\n"
        "assert page.state.screen == 'task', page.state.screen"
    ),
}


def run(client: BlockingKernelClient, code: str) -> None:
    """Run code in a kernel; an error there is one here."""
    reply = client.execute_interactive(code, timeout=120, output_hook=lambda message: None)
    if reply["content"]["status"] != "ok":
        raise RuntimeError("\n".join(reply["content"]["traceback"]))


def measure(code: str, environment: dict[str, str], images: Path) -> tuple[float, float, float]:
    """Start a kernel and run code in it; return USS in MiB at first and after, and the seconds that the code took."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stderr=subprocess.DEVNULL, env={**os.environ, **environment}, cwd=str(images))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        process = psutil.Process(manager.provisioner.pid)
        before = process.memory_full_info().uss
        start = time.perf_counter()
        run(client, code)
        seconds = time.perf_counter() - start
        settled = process.memory_full_info().uss
        while True:  # threads of the page may still be at work
            time.sleep(0.5)
            now = process.memory_full_info().uss
            if abs(now - settled) < 1 << 16:
                return before / 2**20, now / 2**20, seconds
            settled = now
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


#: Whether any canvas of a real size has a painted pixel in its middle.
PAINTED = """() => [...document.querySelectorAll("canvas")].some(c => c.width > 100 && c.height > 100 &&
  c.getContext("2d")?.getImageData(c.width >> 1, c.height >> 1, 1, 1).data[3] > 0)"""


def spares(server: psutil.Process) -> list[psutil.Process]:
    """Return the kernels of a server that have finished starting: they hardly use the processor any more."""
    kernels = [p for p in server.children(recursive=True) if any("ipykernel_launcher" in part for part in p.cmdline())]
    return [p for p in kernels if p.cpu_percent(0.3) < 5]


def time_pages(path: Path, task_id: int, pages: int, preheat: int) -> list[float]:
    """Return the seconds until a task's image is painted, for several pages one after the other."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "nbannotate.serve", str(path), "--port", "0", "--preheat", str(preheat)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    taken = []
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1].rstrip("/")
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for _ in range(pages):
                context = browser.new_context(viewport={"width": 1400, "height": 900})  # an empty cache
                page = context.new_page()
                page.goto(f"{url}/login?next=/favicon.svg")  # the login itself must not open the page already
                page.fill("#login", "ana")
                page.fill("#password", PASSWORD)
                page.locator("button").click()
                page.wait_for_url("**/favicon.svg")
                while preheat and not spares(psutil.Process(server.pid)):
                    time.sleep(0.2)
                start = time.perf_counter()
                page.goto(f"{url}/work#task={task_id}", wait_until="commit")
                page.wait_for_function(PAINTED, polling=20, timeout=60_000)
                taken.append(time.perf_counter() - start)
                context.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
    return taken


def make(folder: Path, width: int) -> tuple[Path, int, str]:
    """Make a workspace with a campaign on three real pictures; return it and the token of an annotator's kernel."""
    path = folder / "bench.duckdb"
    workspace = nb.open(path)
    workspace.members.add("ana", password=PASSWORD)
    height = width * 3 // 4
    for i in range(3):
        picture = Image.effect_mandelbrot((width, height), (-2 + 0.1 * i, -1, 1, 1), 60).convert("RGB")
        picture.save(folder / f"{i}.jpg", quality=90)
    version = workspace.create_dataset("fractals").create_version("v1").add_images(sorted(folder.glob("*.jpg")))
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    campaign = version.create_campaign("bench", nb.Recipe(["cell", "edge"]), flow)
    campaign.launch()
    session = workspace.client.call("sessions.open", Session, login="ana", password=PASSWORD)
    token = secrets.token_urlsafe(32)
    workspace.client.call("sessions.bind_kernel", Member, session=session.token, kernel_token=token)
    workspace.close()
    return path, campaign.campaign_id, token


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=1, help="kernels of each sort; the median is shown")
    parser.add_argument("--size", type=int, default=800, help="width of the images, pixels")
    parser.add_argument("--pages", type=int, default=3, help="pages of each sort to time; 0 leaves that out")
    given = parser.parse_args()
    load = os.getloadavg()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load before: {load[0]:.1f} {load[1]:.1f}")
    print(f"images of {given.size} x {given.size * 3 // 4} pixels\n")
    print(f"{'kernel':32} {'USS MiB':>8} {'more than bare':>15} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, campaign_id, token = make(folder, given.size)
        environment = {"NBANNOTATE_WORKSPACE": str(path), "NBANNOTATE_TOKEN": token}
        uss = bare = 0.0
        try:
            for sort, code in SORTS.items():
                code = code.replace("{campaign_id}", str(campaign_id))
                taken = [measure(code, environment, folder) for _ in range(given.repeat)]
                uss = statistics.median(after for _, after, _ in taken)
                bare = bare or uss
                print(f"{sort:32} {uss:8.1f} {uss - bare:15.1f} {statistics.median(s for _, _, s in taken):8.2f}")
            print(f"\ngoal: under {GOAL_MIB} MiB; {'met' if uss < GOAL_MIB else 'MISSED'}\n")
            if given.pages:
                held = connect(path, token).call("tasks.next", TaskView, campaign_id=campaign_id, step=0)
                for preheat in (0, 1):
                    seconds = time_pages(path, held.task.task_id, given.pages, preheat)
                    every = " ".join(f"{s:.2f}" for s in seconds)
                    what = f"page ready, {'preheated' if preheat else 'cold'}"
                    print(f"{what:32} {every} s, load {os.getloadavg()[0]:.1f}")
                print("goal: cold under 2.5 s")
        finally:
            contact = Place(path).contact()
            if contact is not None:
                os.kill(contact.pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
