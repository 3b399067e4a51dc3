"""What the law asks: a person's data out, and a person forgotten while the work stays."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

import nbannotate as nb
from nbannotate.errors import CannotWrite, LoginFailed, NotAllowed, NotFound, Refused, SessionEnded
from nbannotate.model import CampaignSpec, Closed, Forgotten, Session, TaskView, WorkspaceInfo
from nbannotate.store import member_export, mentions

from .test_members import everything, log_in
from .test_tasks import do, next_, raise_issue

BOX = {"shapes": [{"kind": "rectangle", "points": [[1, 2], [30, 40]], "label": "WBC"}]}


def submit(t, login="ana"):
    view = t[login].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    t[login].call("tasks.submit", Closed, task_id=view.task.task_id, annotation=BOX, revision=0, seconds=5.0)
    return view.task


@pytest.fixture
def worked(team):
    """A team in which ana did, wrote, and is named in, all kinds of things, and was called annouk before."""
    t = team(3)
    ws = t.workspace
    ws.members.rename("ana", "annouk")
    ws.members.rename("annouk", "ana")
    submit(t)
    view = next_(t["chloe"], t, step=1)
    raise_issue(t["chloe"], view, "Ask @ana; banana cells, says Ana. ana@lab.org is another one; annouk, too")
    do(t["chloe"], "rework", view, revision=0)
    ws.members.set_role("ana", "reviewer")
    ws.datasets["smears"].set_workers(["ana", "ben", "chloe"])
    ws.client.call("sessions.act_as", Session, login="ana")
    return t


def texts(ws):
    return list(ws.sql("select text from issues order by issue_id")["text"])


def test_nothing_in_the_tables_names_who_was_forgotten_and_the_work_stays(worked):
    ws = worked.workspace
    before = {v: len(ws.sql(f"select * from {v}")) for v in ("annotations", "shapes", "activity", "tasks", "jobs")}
    said = ws.members.forget("ana", return_tasks=True)
    assert (said.pseudonym, said.done, said.returned) == ("former member 1", True, {"July": 1})
    held = everything(ws)
    assert {table for table, text in held.items() if "'ana'" in text or '"ana"' in text or "@ana" in text} == set()
    assert {table for table, text in held.items() if "annouk" in text} == set()
    assert texts(ws) == [
        "Ask former member 1; banana cells, says former member 1. ana@lab.org is another one; former member 1, too"
    ]
    assert {v: len(ws.sql(f"select * from {v}")) for v in before} == before
    assert set(ws.sql("select member from annotations")["member"]) == {"former member 1"}
    spec = ws.client.call("campaigns.spec", CampaignSpec, campaign_id=worked.campaign.campaign_id)
    assert spec.workflow.steps[0].assignees == ("former member 1", "ben")
    row = ws.sql("select active, archived is not null as away from members where login = 'former member 1'").iloc[0]
    assert not row["active"]
    assert row["away"]
    with pytest.raises(SessionEnded):
        worked["ana"].call("workspace.info", WorkspaceInfo)
    for login in ("ana", "former member 1"):
        with pytest.raises(LoginFailed):
            log_in(ws, login, "password-of-ana")
    event = ws.sql("select detail from events where operation = 'leaving.forget'")["detail"]
    assert [json.loads(d) for d in event] == [{"login": "former member 1", "returned": 1}]


def test_it_is_shown_first_and_once_more_changes_nothing(worked):
    ws = worked.workspace
    before = everything(ws)
    shown = ws.members.forget("ana", return_tasks=True, dry_run=True)
    assert everything(ws) == before
    assert not shown.done
    assert shown.deleted["sessions"] >= 2
    assert shown.replaced["comments.text"] == 1
    assert shown.returned == {"July": 1}
    assert "Backups" in str(shown)
    assert "would be deleted" in str(shown)
    done = ws.members.forget("ana", return_tasks=True)
    assert done.deleted.keys() >= shown.deleted.keys()
    assert done.replaced.keys() >= shown.replaced.keys()
    after = everything(ws) | {"requests": ""}
    again = ws.members.forget("former member 1")
    assert again == Forgotten("former member 1", "former member 1", True, {}, {}, {}, {})
    assert everything(ws) | {"requests": ""} == after  # an answer is kept for a day, whatever it says
    with pytest.raises(NotFound, match="forgotten is called 'former member'"):
        ws.members.forget("ana")
    with pytest.raises(Refused, match="was forgotten, which is not undone"):
        ws.members.enable("former member 1")


def test_open_tasks_and_the_last_owner_stand_against_it(worked):
    ws = worked.workspace
    before = everything(ws)
    for dry in (True, False):
        with pytest.raises(Refused, match=r"ana holds open tasks \(1 of 'July'\)"):
            ws.members.forget("ana", dry_run=dry)
        with pytest.raises(Refused, match="your own account"):
            ws.members.forget("root", dry_run=dry)
    assert everything(ws) == before
    ws.members.add("olga", role="owner", password="password-of-olga")
    olga = ws.client.acting(log_in(ws, "olga", "password-of-olga").token)
    ws.members.set_role("root", "manager")
    ws.members.add("mia", role="owner", password="password-of-mia")
    mia = ws.client.acting(log_in(ws, "mia", "password-of-mia").token)
    ws.members.set_role("olga", "owner")
    mia.call("leaving.forget", Forgotten, login="root")
    assert olga.call("leaving.forecast", Forgotten, login="mia").pseudonym == "former member 2"
    with pytest.raises(NotAllowed, match="is for owner"):
        worked["chloe"].call("leaving.forget", Forgotten, login="ben")


def test_a_login_that_is_a_common_word_is_replaced_only_where_it_is_a_mention(team):
    t = team(2)
    t.workspace.members.rename("ben", "max")
    raise_issue(t["ana"], next_(t["ana"], t), "max 3 boxes, says @max")
    t.workspace.members.forget("max", words=False)
    assert texts(t.workspace) == ["max 3 boxes, says former member 1"]


def test_what_is_named_with_the_name_is_told_and_stays(team):
    t = team(2)
    t.version.set_metadata({"img_000.png": {"drawn by": "ben"}})
    said = t.workspace.members.forget("ben")
    assert said.stays == {"images (name, path, folder, metadata)": 1}
    assert t.workspace.sql("select metadata from assets")["metadata"].astype(str).str.contains("ben").sum() == 1


def read(path):
    with zipfile.ZipFile(path) as file:
        found = {n: list(csv.DictReader(io.TextIOWrapper(file.open(n)))) for n in file.namelist() if n.endswith("csv")}
        return json.loads(file.read("manifest.json")), found


def test_a_person_gets_all_that_is_there(worked, tmp_path):
    said = worked.workspace.members.export("ana", tmp_path / "ana.zip")
    manifest, tables = read(tmp_path / "ana.zip")
    assert manifest["login"] == "ana"
    assert manifest["earlier_logins"] == ["annouk"]
    assert (
        {f["file"]: f["rows"] for f in manifest["files"]} == {n: len(rows) for n, rows in tables.items()} == said.rows
    )
    assert [r["login"] for r in tables["account.csv"]] == ["ana"]
    assert [r["label"] for r in tables["shapes.csv"]] == ["WBC"]
    assert [(r["asset"], r["origin"]) for r in tables["annotations.csv"]] == [("img_000.png", "answer")]
    assert len(tables["tasks.csv"]) == 2
    assert len(tables["notices.csv"]) >= 1
    assert "tasks.submit" in {r["operation"] for r in tables["events.csv"]}
    assert "@ana" in tables["comments_that_name.csv"][0]["text"]
    assert "members.rename" in {r["operation"] for r in tables["events_that_name.csv"]}
    whole = json.dumps(tables)
    assert "argon2" not in whole
    assert "chloe" not in json.dumps(tables["tasks.csv"])
    worked.workspace.members.export("ana", tmp_path / "ana")
    worked.workspace.members.export("ana", tmp_path / "ana")  # what an export wrote, it may replace
    assert sorted(p.name for p in (tmp_path / "ana").glob("*.csv")) == sorted(tables)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    with pytest.raises(CannotWrite, match="no export wrote"):
        worked.workspace.members.export("ana", tmp_path / "mine")
    with pytest.raises(NotAllowed):
        worked["chloe"].fetch("leaving.export", login="ana")


#: Texts that name nobody: words of the program, hashes, numbers.
OF_THE_PROGRAM = {
    ("activity", "label"), ("annotations", "origin"), ("contents", "what"), ("contents", "sha256"),
    ("count_changes", "changes"), ("documents", "sha256"), ("events", "operation"), ("foreign_ids", "format"),
    ("foreign_ids", "what"), ("gold_falls", "action"), ("issues", "shape_id"), ("issues", "state"), ("members", "role"),
    ("meta", "key"), ("meta", "value"), ("metadata_types", "name"), ("metadata_types", "type"), ("migrations", "name"),
    ("notices", "kind"), ("requests", "request_id"), ("requests", "operation"), ("sessions", "token_hash"),
    ("sessions", "kind"), ("sessions", "parent_hash"), ("spreads", "what"), ("spreads", "sequence"), ("steps", "kind"),
    ("tasks", "state"), ("tasks", "outcome"), ("tasks", "status"), ("versions", "state"), ("versions", "content_hash"),
    ("splits", "split"),
}  # fmt: skip
#: Of the member: they go or change with the account.
OF_THE_MEMBER = {("members", "login"), ("members", "password_hash"), ("annotations", "source")}


def columns_of_tables():
    """Return the tables of the store and their columns, with the types."""
    with nb.open(":memory:").client.dispatcher.engine.read() as tx:
        return tx.all(
            "select c.table_name as t, c.column_name as c, c.data_type as type from information_schema.columns c "
            "join information_schema.tables b on b.table_catalog = c.table_catalog "
            "and b.table_schema = c.table_schema and b.table_name = c.table_name and b.table_type = 'BASE TABLE' "
            "where c.table_catalog = current_database() and c.table_schema = 'data'"
        )


def test_every_text_of_the_database_is_rewritten_told_of_or_known_to_name_nobody():
    rows = [r for r in columns_of_tables() if r["type"] in ("VARCHAR", "text")]
    columns = {(r["t"], r["c"]) for r in rows if r["t"] not in ("shapes", "revision_labels")}  # what was drawn
    known = {(p.table, p.column) for p in mentions.PLACES} | {c for its in mentions.STAYS.values() for c in its}
    known |= OF_THE_PROGRAM | OF_THE_MEMBER
    assert columns - known == set(), "say in store/mentions.py, or here, what becomes of it when somebody is forgotten"
    assert known - columns == set()


def test_every_table_that_knows_a_member_is_in_the_export():
    of_people = ("member_id", "assignee_id", "author_id", "closed_by", "acted_by", "ended_by")
    tables = {r["t"] for r in columns_of_tables() if r["c"] in of_people}
    whole = " ".join(sql for _, sql in member_export.TABLES.values())
    assert {t for t in tables if f"data.{t} " not in whole} == set()
