"""Progress bars: for who looks at a terminal or a notebook, and not in a log file."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

CODE = (
    "from nbannotate.workspace.progress_bars import progress_bar\nfor i in progress_bar(range(3), desc='images'): pass"
)


def test_nothing_is_written_where_standard_error_is_no_terminal():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_terminal_shows_it():
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        subprocess.run([sys.executable, "-c", CODE], stdout=subprocess.DEVNULL, stderr=its, check=True)
        assert b"images" in os.read(ours, 10_000)
    finally:
        os.close(ours)
        os.close(its)


def test_no_other_bar_is_made():
    """A bar of its own would write into log files."""
    from pathlib import Path

    import nbannotate

    folder = Path(nbannotate.__file__).parent
    users = [p.name for p in folder.rglob("*.py") if "import tqdm" in p.read_text(encoding="utf-8")]
    assert users == ["progress_bars.py"]


def test_a_notebook_shows_it(monkeypatch):
    import tqdm.auto
    import tqdm.notebook

    from nbannotate.workspace.progress_bars import progress_bar

    monkeypatch.setattr(tqdm.auto, "tqdm", tqdm.notebook.tqdm)
    with progress_bar(total=1) as bar:
        assert not bar.disable
