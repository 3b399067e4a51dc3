"""Texts of any program: UTF-8 with or without its mark; anything else is a sentence that names the file."""

from __future__ import annotations

import pytest

import nbannotate as nb
from nbannotate.errors import FileMissing, NbannotateError, ReadFailed
from nbannotate.files.text import read_text
from nbannotate.workspace import inputs
from nbannotate.workspace.spec import from_yaml


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_without_its_mark(tmp_path, encoding):
    file = tmp_path / "g.md"
    file.write_bytes("# Größe\n".encode(encoding))
    assert read_text(file) == inputs.markdown(file) == "# Größe\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "in UTF-16"), ("utf-16-le", "in UTF-16"), ("utf-16-be", "in UTF-16"), ("utf-32", "in UTF-32"),
        ("utf-32-le", "in UTF-32"), ("latin-1", "line 2"), ("cp1252", "line 2"), ("shift_jis_2004", "UTF-8"),
    ],
)  # fmt: skip
def test_another_encoding_is_named_with_the_file(tmp_path, encoding, said):
    for name, read in (("guide.md", inputs.markdown), ("spec.yaml", from_yaml)):
        file = tmp_path / name
        file.write_bytes("name: x\nlabel: Größe\n".encode(encoding))
        with pytest.raises(ReadFailed, match=rf"^{name} .*{said}"):
            read(file)


def test_what_cannot_be_read_is_a_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "missing.md", tmp_path / "a\0.md"):
        with pytest.raises(NbannotateError, match=r"There is no file|cannot be read"):
            read_text(path)


@pytest.mark.parametrize("text", ["Read guide.md", "Siehe\tguide.MD", "# See\nguide.md", "x" * 5000 + " y.md", ""])
def test_a_sentence_that_ends_like_a_file_is_a_sentence(text):
    assert inputs.markdown(text) == text
    assert inputs.fields(instructions=text)[0]["instructions"] == text
    assert inputs.fields(instructions="Read guide.pdf")[0]["instructions"] == "Read guide.pdf"


def test_a_name_without_blanks_is_a_file_and_one_with_blanks_is_if_it_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my guide.md").write_text("# Guide")
    assert inputs.markdown("my guide.md") == "# Guide"
    with pytest.raises(FileMissing, match=r"There is no file guide\.md"):
        inputs.markdown("guide.md")


def test_a_readme_with_a_mark_begins_with_its_heading(tmp_path):
    (tmp_path / "r.md").write_bytes(b"\xef\xbb\xbf# Title")
    workspace = nb.open(":memory:")
    assert workspace.create_dataset("d", readme=tmp_path / "r.md").readme == "# Title"
    workspace.close()
