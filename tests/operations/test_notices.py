"""What people are told, and what they have seen."""

import datetime

import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model import Event, Notice
from nbannotate.operations.dispatch import Dispatcher, utc_now
from nbannotate.operations.notifications import tell
from nbannotate.operations.registry import Context
from nbannotate.owner.memory import MemoryClient
from nbannotate.store import people

from .test_tasks import to_rework


def quiet(team, **options):
    """Make a launched campaign whose people were told nothing yet: that it began is forgotten."""
    made = team(**options)
    with made.workspace.client.dispatcher.engine.write() as tx:
        tx.run("delete from data.notices")
    return made


def say(team, logins, kind="returned", text="one.png was returned to you.", actor=None, task_id=None, **about):
    """Tell people something, as an operation does; return what an operation would hand on to hooks."""
    dispatcher = team.workspace.client.dispatcher
    with dispatcher.engine.write() as tx:
        ids = {login: people.member(tx, login) for login in logins}
        who = people.member(tx, actor) if actor else people.first_owner(tx)
        ctx = Context(dispatcher.engine, dispatcher.throttle, tx, who, utc_now())
        about.setdefault("campaign_id", team.campaign.campaign_id)
        tell(ctx, [m.member_id for m in ids.values()], kind, text, task_id=task_id, **about)
        return ctx.told


def mine(client, **which):
    return client.call("notices.mine", list[Notice], **which)


def texts(client, **which):
    return [n.text for n in mine(client, **which)]


def see(client, *notices):
    return client.call("notices.see", int, notice_ids=[n.notice_id for n in notices] if notices else None)


def test_everyone_sees_only_the_own_notices(team):
    t = quiet(team)
    say(t, ["ana"], text="for ana")
    say(t, ["ben"], text="for ben")
    assert (texts(t["ana"]), texts(t["ben"]), texts(t["chloe"])) == (["for ana"], ["for ben"], [])
    assert see(t["chloe"], *mine(t["ana"])) == 0
    assert [n.seen for n in mine(t["ana"])] == [None]


def test_who_acts_and_whose_account_is_closed_is_not_told(team):
    t = quiet(team)
    t.workspace.members.disable("ben")
    told = say(t, ["ana", "ben", "chloe"], actor="chloe")
    assert [n.member for n in told] == ["ana"]
    assert told == mine(t["ana"]), "what a hook gets is what the person sees"


def test_images_that_are_returned_one_by_one_are_one_line(team):
    t = quiet(team)
    for i in range(3):
        say(t, ["ana"], task_id=100 + i, text=f"img_{i}.png was returned to you in July.")
        if i == 0:
            assert texts(t["ana"]) == ["img_0.png was returned to you in July."]
    (line,) = mine(t["ana"])
    assert (line.text, line.campaign, line.task_id) == ("3 images were returned to you in July.", "July", None)
    assert see(t["ana"], line) == 3
    assert mine(t["ana"], unseen=True) == []
    say(t, ["ana"], task_id=103, text="img_3.png was returned to you in July.")
    assert texts(t["ana"]) == ["img_3.png was returned to you in July.", "3 images were returned to you in July."]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("assigned", "2 images were assigned to you in July."),
        ("restarted", "2 images came back to you in July."),
        ("issue", "2 issues were raised on your images in July."),
        ("issue_answered", "Issues of yours in July were answered 2 times."),
        ("lease_out", "Your time for 2 images of July ran out, so they went back to the queue. What you drew is kept."),
        ("account", "said (and 1 more)"),
    ],
)
def test_each_kind_says_how_many(team, kind, text):
    t = quiet(team)
    say(t, ["ana"], kind, "first", task_id=1)
    say(t, ["ana"], kind, "said", task_id=2)
    assert texts(t["ana"]) == [text]


def test_what_is_told_of_many_images_at_once_stays_a_line_of_its_own(team):
    t = quiet(team)
    say(t, ["ana"], "assigned", "10,000 images were assigned to you.")
    say(t, ["ana"], "assigned", "img_1.png was assigned to you.", task_id=1)
    say(t, ["ana"], "assigned", "20 images were assigned to you.")
    assert texts(t["ana"]) == [
        "20 images were assigned to you.", "img_1.png was assigned to you.", "10,000 images were assigned to you.",
    ]  # fmt: skip


def test_the_same_words_again_are_no_other_line(team):
    t = quiet(team)
    for _ in range(3):
        say(t, ["ana"], "assigned", "1 image came to 'July'.")
        say(t, ["ana"], "account", "You have a new password.", campaign_id=None)
    assert texts(t["ana"]) == ["You have a new password. (3 times)", "1 image came to 'July'. (3 times)"]
    assert see(t["ana"], mine(t["ana"])[1]) == 3


def test_a_campaign_with_braces_in_its_name_is_no_template(team):
    t = quiet(team)
    for task_id in (1, 2):
        say(t, ["ana"], "account", "{campaign} {0}", task_id=task_id)
    assert texts(t["ana"]) == ["{campaign} {0} (and 1 more)"]


def test_notices_of_another_kind_or_without_a_campaign_are_not_merged(team):
    t = quiet(team)
    say(t, ["ana"], task_id=1)
    say(t, ["ana"], "issue", "an issue", task_id=1)
    say(t, ["ana"], "account", "your role", campaign_id=None)
    say(t, ["ana"], "account", "your role again", campaign_id=None)
    assert len(mine(t["ana"])) == 4


def test_what_came_after_the_line_was_read_is_not_seen_with_it(team):
    t = quiet(team)
    say(t, ["ana"], task_id=1)
    read = mine(t["ana"])
    say(t, ["ana"], task_id=2, text="two.png was returned to you.")
    assert see(t["ana"], *read) == 1
    assert texts(t["ana"], unseen=True) == ["two.png was returned to you."]
    assert see(t["ana"]) == 1
    assert see(t["ana"]) == 0


def test_a_key_is_told_once_to_each(team):
    t = quiet(team)
    say(t, ["ana"], once="key")
    assert [n.member for n in say(t, ["ana", "ben"], once="key")] == ["ben"]
    assert len(mine(t["ana"])) == 1


def test_what_is_not_seen_comes_first_and_a_limit_cuts_the_end(team):
    t = quiet(team)
    for i in range(5):
        say(t, ["ana"], text=f"{i}")
    see(t["ana"], mine(t["ana"])[0])
    assert texts(t["ana"]) == ["3", "2", "1", "0", "4"]
    assert texts(t["ana"], limit=2) == ["3", "2"]
    for wrong in (0, -1, 1001):
        with pytest.raises(InvalidInput, match="limit"):
            mine(t["ana"], limit=wrong)


def test_who_gets_an_image_back_is_told(team):
    t = quiet(team)
    to_rework(t)
    assert "returned" in {n.kind for n in mine(t["ana"])}
    assert mine(t["ben"]) == []


def test_seen_notices_are_forgotten_after_ninety_days_when_the_owner_starts(team, monkeypatch):
    t = quiet(team)
    me = t.workspace.client  # its session does not end
    for text in ("seen", "not seen"):
        say(t, [t.workspace.me.login], text=text, actor="ana")
        if text == "seen":
            see(me)
    engine = t.workspace.client.dispatcher.engine
    for days, left in ((89, ["not seen", "seen"]), (91, ["not seen"])):
        later = utc_now() + datetime.timedelta(days=days)
        with monkeypatch.context() as patch:
            patch.setattr("nbannotate.operations.dispatch.utc_now", lambda later=later: later)
            Dispatcher(engine, "token")
        assert texts(me) == left


def test_the_notebook_shows_what_is_new_and_sees_it_when_told_to(team):
    t = quiet(team)
    me = t.workspace.notices
    assert (me._repr_markdown_(), repr(me)) == ("No new notices.", "No new notices.")
    assert me.df().empty
    say(t, [t.workspace.me.login], "issue", "img|1<b>.png: [click](x)\nnow", actor="ana")
    (line,) = me._repr_markdown_().splitlines()[2:]
    assert line.endswith(r"| issue | img\|1&lt;b&gt;.png: \[click\]\(x\) now |")
    frame = me.df(unseen=True)
    assert list(frame["campaign"]) == ["July"]
    assert str(frame["created"].dtype) == "datetime64[us]"
    assert me.see(list(me)) == 1
    assert me.df(unseen=True).empty
    assert repr(me) == "No new notices."
    assert [n.kind for n in me] == ["issue"]


def test_a_hook_gets_the_event_with_its_notices_and_without_secrets(team):
    t = quiet(team)
    heard = []
    dispatcher = t.workspace.client.dispatcher
    listening = Dispatcher(dispatcher.engine, t.workspace.client._token, heard.append)
    client = MemoryClient(listening, t.workspace.client._token)
    client.call("members.set_password", type(None), login="ana", password="very-secret-words")
    client.call("notices.see", int, notice_ids=None)
    with pytest.raises(InvalidInput):
        client.call("members.set_password", type(None), login="ana", password="short")
    assert [e.operation for e in heard] == ["members.set_password", "notices.see"]
    assert all(isinstance(e, Event) and e.member == t.workspace.me.login for e in heard)
    assert "very-secret-words" not in str(heard)
    events = t.workspace.sql("select event_id from events order by event_id desc limit 2")["event_id"]
    assert [e.event_id for e in heard] == list(events)[::-1]
