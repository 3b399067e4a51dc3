"""What notebooks show of an error: the lines of whoever called, and the sentence; all of it where that is asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A shell as a notebook has one, that keeps what it shows of errors."""
    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


def shown(shell: InteractiveShell, code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a cell that fails; return what is shown of that."""
    said: list[str] = []

    def keep(etype: Any, value: Any, lines: list[str]) -> None:
        said.extend(lines)

    monkeypatch.setattr(shell, "_showtraceback", keep)
    shell.run_cell(textwrap.dedent(code), store_history=True)
    return "\n".join(said)


def test_the_own_line_and_the_sentence_are_shown(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(
        shell,
        """
        import nbannotate as nb

        recipe = nb.Recipe([nb.Label("RBC", colour="#ff0000")])
        """,
        monkeypatch,
    )
    assert said.splitlines() == [
        "Cell In[1], line 3",
        '    recipe = nb.Recipe([nb.Label("RBC", colour="#ff0000")])',
        "",
        "WrongCall: Label takes no argument 'colour' (did you mean 'color'?); it takes name, kinds, color, attributes, "
        "skeleton.",
    ]


def test_the_lines_between_are_shown_but_not_those_of_packages(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "helper_of_mine.py").write_text(
        "import nbannotate as nb\n\ndef label(name):\n    return nb.Label(name, color='red')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    said = shown(
        shell, "import pandas as pd, helper_of_mine\npd.Series(['RBC']).map(helper_of_mine.label)", monkeypatch
    )
    lines = said.splitlines()
    assert lines[0].endswith(", line 2")
    assert lines[1] == "    pd.Series(['RBC']).map(helper_of_mine.label)"
    assert lines[3] == f"{tmp_path / 'helper_of_mine.py'}, line 4, in label"
    assert lines[-1].startswith("InvalidInput: Label.color of 'RBC'")
    assert len(lines) == 7


def test_of_many_places_the_first_and_the_last_ones_are_shown(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = shown(
        shell,
        """
        import nbannotate as nb
        def down(n):
            return nb.Label("") if n == 0 else down(n - 1)
        down(50)
        """,
        monkeypatch,
    )
    assert said.count(", line ") == 4
    assert "…" in said


def test_all_is_shown_where_that_is_asked_for(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    short = shown(shell, "import nbannotate as nb; nb.Label('')", monkeypatch)
    shell.run_line_magic("xmode", "Verbose")
    try:
        long = shown(shell, "nb.Label('')", monkeypatch)
    finally:
        shell.run_line_magic("xmode", "Context")
    assert len(long) > 3 * len(short)
    assert "Label.name" in long
    assert "nbannotate/model" in long


def test_errors_of_others_are_shown_as_ever(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback (most recent call last)" in shown(shell, "1 / 0", monkeypatch)
