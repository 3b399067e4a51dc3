"""Instructions as PDF: kept once, shown to those who work in the campaign."""

import hashlib

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import FileMissing, InvalidInput, NotAllowed, NotFound
from nbannotate.model import Document
from nbannotate.operations import documents


@pytest.fixture
def pdf(tmp_path):
    """A real PDF file of one page."""
    path = tmp_path / "How to draw.pdf"
    Image.new("RGB", (60, 80), "white").save(path)
    return path


def add(client, name, body):
    return client.call("documents.add", Document, name=name, body=body)


def get(client, sha256):
    return client.call("documents.get", bytes, sha256=sha256)


def test_a_pdf_is_kept_once_by_its_bytes(team, pdf):
    client = team().workspace.client
    first = add(client, "a.pdf", pdf.read_bytes())
    assert first == Document("a.pdf", hashlib.sha256(pdf.read_bytes()).hexdigest())
    assert add(client, "b.pdf", pdf.read_bytes()).sha256 == first.sha256
    assert get(client, first.sha256) == pdf.read_bytes()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda body: b"", "not a PDF"),
        (lambda body: b"\x89PNG" + body[8:], "not a PDF"),
        (lambda body: body[: len(body) // 2], "only the beginning"),
        (lambda body: body + b" " * (25 << 20), "25 at most"),
    ],
)
def test_what_is_no_whole_pdf_is_refused(team, pdf, change, sentence):
    t = team()
    with pytest.raises(InvalidInput, match=sentence):
        add(t.workspace.client, "a.pdf", change(pdf.read_bytes()))


def test_an_old_pdf_with_bytes_around_it_is_taken(team, pdf):
    add(team().workspace.client, "a.pdf", b"\n" + pdf.read_bytes() + b"\r\n\0\0")


def test_the_largest_file_is_25_mib():
    assert documents.LARGEST == 25 * 2**20


def test_only_people_of_a_launched_campaign_read_its_pdf(team, pdf, make_images):
    roles = {"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "dev": "developer", "eve": "annotator"}
    t = team(pdf=pdf, roles=roles)
    sha256 = t.campaign.spec.pdf.sha256
    for login in ("ana", "chloe", "dev"):
        assert get(t[login], sha256) == pdf.read_bytes()
    with pytest.raises(NotAllowed, match="campaigns that you work in"):
        get(t["eve"], sha256)
    with pytest.raises(NotAllowed):
        get(t["ana"], "0" * 64)
    with pytest.raises(NotFound):
        get(t["dev"], "0" * 64)
    other = t.version.dataset.create_version("v2").add_images(make_images(1))
    flow = nb.Workflow([nb.Step("draw", "annotation", ["eve"])])
    later = other.create_campaign("August", nb.Recipe(["WBC"]), flow, pdf=pdf)
    with pytest.raises(NotAllowed):
        get(t["eve"], sha256)
    later.launch()
    assert get(t["eve"], sha256) == pdf.read_bytes()


def test_annotators_add_no_documents(team, pdf):
    with pytest.raises(NotAllowed):
        add(team()["ana"], "a.pdf", pdf.read_bytes())


def test_instructions_are_markdown_and_a_pdf_in_any_way(team, pdf, tmp_path):
    guide = tmp_path / "guide.md"
    guide.write_text("# Guide\n", encoding="utf-8")
    t = team(instructions=[guide, "Ask when in doubt.", str(pdf)])
    spec = t.campaign.spec
    assert spec.instructions == "# Guide\n\n\nAsk when in doubt."
    assert spec.pdf.name == "How to draw.pdf"
    assert get(t["ana"], spec.pdf.sha256) == pdf.read_bytes()


@pytest.mark.parametrize("given", [{"pdf": "missing.pdf"}, {"instructions": "missing.pdf"}, {"instructions": ["a.md"]}])
def test_a_file_that_is_missing_is_named(team, given):
    t = team()
    with pytest.raises(FileMissing, match=r"There is no file (missing\.pdf|a\.md)"):
        t.version.create_campaign(
            "August", nb.Recipe(["WBC"]), nb.Workflow([nb.Step("a", "annotation", ["ana"])]), **given
        )


def test_a_campaign_shows_one_pdf(team, pdf):
    t = team()
    with pytest.raises(InvalidInput, match="one PDF"):
        t.version.create_campaign_from(t.campaign, name="August", pdf=pdf, instructions=pdf)


def test_a_file_that_is_no_pdf_stops_the_campaign(team, tmp_path):
    fake = tmp_path / "fake.pdf"
    fake.write_text("hello")
    t = team()
    with pytest.raises(InvalidInput, match=r"fake\.pdf is not a PDF"):
        t.version.create_campaign_from(t.campaign, name="August", pdf=fake)
    assert [c.name for c in t.workspace.campaigns] == ["July"]
