"""What a supervisor and Prometheus see of a running site, and what they do not."""

from __future__ import annotations

import os
import signal

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from serve_person import Person
from serve_rig import MEMBERS, Server, wait_for

from nbannotate.errors import NotFound
from nbannotate.model import Member, WorkspaceInfo


def metrics(server: Server) -> dict[tuple[str, str], float]:
    """Return the values by name and the values of the labels, in the order of these."""
    text = requests.get(server.metrics_url, timeout=60).text
    found = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found[one.name, " ".join(value for _, value in sorted(one.labels.items()))] = one.value
    return found


def test_prometheus_reads_operations_kernels_and_what_they_take(server: Server, owner, log_in) -> None:
    before = metrics(server)
    page = log_in("ana").page()
    assert page.greets() == "ana"
    owner.call("workspace.info", WorkspaceInfo)
    after = metrics(server)

    def grew(name: str, labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert grew("nbannotate_operation_seconds_count", "sessions.open") >= 1
    assert grew("nbannotate_operation_seconds_count", "workspace.info") >= 2  # the page's kernel asks it, too
    assert grew("nbannotate_operation_seconds_bucket", "+Inf workspace.info") == grew(
        "nbannotate_operation_seconds_count", "workspace.info"
    )
    assert 0 < grew("nbannotate_operation_seconds_sum", "workspace.info") < 600
    assert after["nbannotate_owner_up", ""] == 1
    assert (
        after["nbannotate_kernels", "member"]
        == grew("nbannotate_kernels", "member") + before["nbannotate_kernels", "member"]
    )
    assert after["nbannotate_members", ""] >= 1
    for kind in ("server", "owner", "kernels"):
        assert after["nbannotate_resident_bytes", kind] > 10 << 20
        assert after["nbannotate_cpu_seconds", kind] > 0
    assert {labels for name, labels in after if name == "nbannotate_waiting"} >= {"read", "write", "long"}


def test_what_fails_is_told_from_what_is_refused(server: Server, owner) -> None:
    before = metrics(server)
    with pytest.raises(NotFound):
        owner.call("members.disable", Member, login="nobody at all")
    after = metrics(server)
    name = "nbannotate_operation_errors_total"
    assert after[name, "refused members.disable"] == before.get((name, "refused members.disable"), 0) + 1
    assert after[name, "failed members.disable"] == 0


def test_metrics_name_nobody_and_are_not_on_the_site(server: Server, log_in) -> None:
    log_in("bob").page()
    text = requests.get(server.metrics_url, timeout=60).text
    assert not [login for login in MEMBERS if f'"{login}"' in text]
    for address in ("/metrics", "/measures"):
        assert Person(server.url).get(address).status_code in (302, 404)
        assert log_in("mia").get(address).status_code == 404
    assert requests.get(server.metrics_url, headers={"Host": "evil.example.com"}, timeout=60).status_code == 403


def test_a_supervisor_is_told_when_the_workspace_does_not_answer(server: Server, owner) -> None:
    anybody = Person(server.url)
    reply = anybody.get("/healthz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "websocket": False})
    pid = owner.place.contact().pid
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: anybody.get("/healthz").status_code == 503, what="it is said")
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: anybody.get("/healthz").status_code == 200, what="it works again")
