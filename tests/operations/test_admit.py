"""Who comes in on the word of another login service: as which member, in which role, and who does not."""

from __future__ import annotations

import pytest

from nbannotate.errors import InvalidInput, NotAllowed, Refused
from nbannotate.model import Member, Session


def admit(t, login, role=None):
    return t.workspace.client.call("sessions.admit", Session, login=login, role=role, address="203.0.113.9")


def there(t):
    return {m.login: (m.role, m.active) for m in t.workspace.client.call("members.list", list[Member])}


def test_a_new_person_is_added_with_the_role_that_the_service_gives(team):
    t = team(2)
    session = admit(t, "hana", "reviewer")
    assert (session.member.login, session.member.role) == ("hana", "reviewer")
    assert t.workspace.client.call("sessions.check", Member, token=session.token) == session.member
    again = admit(t, "hana", "reviewer")
    assert again.member.member_id == session.member.member_id
    assert again.token != session.token
    events = t.workspace.sql("select member, detail from events where operation = 'sessions.admit' order by event_id")
    assert list(events.member) == ["hana", "hana"]
    assert [("added" in str(d), "203.0.113.9" in str(d)) for d in events.detail] == [(True, True), (False, True)]


def test_without_a_role_only_members_come_in(team):
    t = team(2)
    assert admit(t, "ana").member.role == there(t)["ana"][0]
    before = there(t)
    with pytest.raises(Refused, match="hana is no member of this workspace; ask its owner to add you"):
        admit(t, "hana")
    with pytest.raises(Refused, match="You log in as ANA, and are ana here"):
        admit(t, "ANA", "annotator")
    with pytest.raises(InvalidInput, match="will not do"):
        admit(t, "a b", "annotator")
    with pytest.raises(InvalidInput, match="role must be one of"):
        admit(t, "hana", "painter")
    assert there(t) == before


def test_whoever_is_disabled_here_stays_disabled(team):
    t = team(2)
    t.workspace.members.disable("ana")
    for role in (None, "annotator", "manager"):
        with pytest.raises(Refused, match="The account of ana is disabled in this workspace; ask a manager"):
            admit(t, "ana", role)
    assert not there(t)["ana"][1]


def test_another_role_is_taken_over_but_not_one_that_breaks_a_campaign(team):
    t = team(2)
    admit(t, "mara", "annotator")
    assert admit(t, "mara", "manager").member.role == "manager"
    assert there(t)["mara"][0] == "manager"
    before = there(t)
    with pytest.raises(Refused, match="name another assignee there first"):
        admit(t, "chloe", "annotator")  # who reviews in the campaign
    assert there(t) == before


def test_nobody_comes_in_as_an_owner_by_having_the_name_of_one(team):
    t = team(2)
    for role in (None, "annotator", "manager"):
        with pytest.raises(Refused, match="root is an owner of this workspace, and nobody is let in as one"):
            admit(t, "root", role)
    assert admit(t, "root", "owner").member.role == "owner"


def test_only_the_server_lets_people_in(team):
    t = team(2)
    for login, role in (("ana", "annotator"), ("mara", "manager"), ("olga", "owner")):
        acting = t.workspace.client.acting(admit(t, login, role).token)
        with pytest.raises(NotAllowed):
            acting.call("sessions.admit", Session, login="ben", role="annotator")
