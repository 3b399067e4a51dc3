"""Events from before say nothing of an owner who acted for somebody; sessions from before go on."""

import datetime

import duckdb

from nbannotate.store import migrations, people
from nbannotate.store.transaction import Transaction


def test_sessions_and_events_from_before_are_those_of_the_members_themselves():
    connection = duckdb.connect(":memory:")
    now = datetime.datetime(2026, 1, 1)
    for version, _, sql in migrations.MIGRATIONS:
        if version == 10:
            connection.execute("insert into data.members values (1, 'ana', 'annotator', null, true, now())")
            connection.execute(
                "insert into data.sessions values (?, 'login', 1, null, ?, ?, null)",
                [people.hash_token("token"), now, now + datetime.timedelta(hours=1)],
            )
            connection.execute(
                "insert into data.events values (1, 1, 'tasks.submit', null, null, null, 1.0, 2.0, '{}', ?)", [now]
            )
        connection.execute(sql)
    assert connection.execute("select member, worked_s, acted_by from events").fetchall() == [("ana", 2.0, None)]
    known = people.session(Transaction(connection), "token", now)
    assert known is not None
    assert (known.member.login, known.kind, known.acted_by) == ("ana", "login", None)
