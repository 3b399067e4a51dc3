"""What a manager types about people in a notebook and on the command line."""

from pathlib import Path

import pytest

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.demo import end_owner
from nbannotate.errors import LoginFailed, NotAllowed, Refused, SessionEnded
from nbannotate.model import Session, TaskView


@pytest.fixture
def ws():
    return nb.open(":memory:")


def log_in(ws, login, password):
    session = ws.client.call("sessions.open", Session, login=login, password=password)
    return ws.client.acting(session.token)


def test_an_invitation_shows_the_link_and_until_when(ws):
    made = ws.members.invite("ana", role="reviewer")
    assert made.member.role == "reviewer"
    assert made.path.startswith("/invite#ana/")
    assert made.link("https://annotate.example.com/") == f"https://annotate.example.com{made.path}"
    assert made.link("https://example.com/annotate") == f"https://example.com/annotate{made.path}"
    for shown in (str(made), made._repr_markdown_()):
        assert made.path in shown
        assert f"{made.expires:%Y-%m-%d}" in shown
    token = made.path.rpartition("/")[2]
    assert ws.client.call("sessions.accept", Session, token=token, password="password-of-ana").member.login == "ana"


def test_the_members_are_a_table_with_their_open_tasks(team):
    t = team(3)
    t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    t.workspace.members.disable("ben")
    t.workspace.members.invite("zoe")
    frame = t.workspace.members.df().set_index("login")
    assert list(frame.columns) == ["role", "active", "created", "open_tasks", "last_login", "archived"]
    assert frame["open_tasks"].to_dict() == {"ana": 2, "ben": 0, "chloe": 0, "zoe": 0, t.workspace.me.login: 0}
    assert frame.loc["ana", "role"] == "annotator"
    assert not frame.loc["ben", "active"]
    assert frame["last_login"].isna().to_dict()["zoe"], "has not accepted yet"
    assert not frame["last_login"].isna().to_dict()["ana"]
    assert "| ben | annotator | no |" in t.workspace.members._repr_markdown_()


def test_a_role_is_changed_and_the_reason_why_not_is_said(team):
    t = team(1)
    assert t.workspace.members.set_role("ana", "developer").role == "developer"
    with pytest.raises(Refused, match="'check' of 'July'"):
        t.workspace.members.set_role("chloe", "annotator")


def test_who_opened_the_workspace_with_a_password_changes_it_and_goes_on(ws):
    ws.members.add("mara", role="manager", password="password-of-mara")
    here = nb.Workspace(log_in(ws, "mara", "password-of-mara"))
    elsewhere = nb.Workspace(log_in(ws, "mara", "password-of-mara"))
    with pytest.raises(LoginFailed, match="current password"):
        here.members.change_password("wrong", "a-new-password")
    here.members.change_password("password-of-mara", "a-new-password")
    assert list(here.members)
    with pytest.raises(SessionEnded):
        list(elsewhere.members)


def test_an_account_is_taken_over_from_another_workspace(ws):
    ws.members.add("ana", password="password-of-ana")
    other = nb.open(":memory:")
    assert other.members.adopt(ws, "ana", role="reviewer").role == "reviewer"
    assert log_in(other, "ana", "password-of-ana")
    ws.members.add("mara", role="manager", password="password-of-mara")
    with pytest.raises(NotAllowed, match="owner"):
        other.members.adopt(nb.Workspace(log_in(ws, "mara", "password-of-mara")), "mara")
    assert [m.login for m in other.members] == sorted(["ana", other.me.login])


def test_asking_for_the_members_imports_no_pandas(run_python):
    said = run_python(
        "import sys\nimport nbannotate as nb\nws = nb.open(':memory:')\nws.members.invite('ana')\n"
        "ws.members._repr_markdown_()\nprint('pandas' in sys.modules)"
    )
    assert said.strip() == "False"


def test_members_are_invited_and_listed_on_the_command_line(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    path = tmp_path / "work.duckdb"
    try:
        assert main(["invite", str(path), "ana", "--role", "reviewer", "--site", "https://example.com/"]) == 0
        said = capsys.readouterr().out
        assert said.startswith("https://example.com/invite#ana/")
        assert "ana (reviewer)" in said
        assert main(["add-member", str(path), "ben"]) == 0
        capsys.readouterr()
        assert main(["members", str(path)]) == 0
        listed = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
        assert listed["ana"][1:3] == ["reviewer", "active"]
        assert listed["ana"][-1] == "never"
        assert listed["ben"][1:3] == ["annotator", "active"]
        assert main(["members", str(tmp_path / "nothing.duckdb")]) == 2
    finally:
        end_owner(path)
