"""What happens at random around the work: tasks change hands, people come and go, images join, time passes."""

import datetime

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from nbannotate.model import Plan, Reassigned

from .any_sequence_ground import Ground, mostly, number
from .any_sequence_recount import is_open, now, shares, visits
from .any_sequence_rig import CHECKERS, DRAWERS, PEOPLE


class Managing(Ground):
    """A manager, and others who try to be one, change who does what; the clock ticks."""

    @rule(
        who=st.sampled_from(["max", "max", "max", "max", "dora", "zoe"]),
        to=st.sampled_from([None, *PEOPLE]),
        n=number,
        what=st.sampled_from(["one", "two", "step", "assignee", "state", "all"]),
        started=st.booleans(),
        fitting=mostly,
    )
    def reassign(self, who, to, n, what, started, fitting):
        task, holder = self.task(n)
        if fitting and to is not None:
            people = self.steps()[task["step"]].assignees
            to = people[PEOPLE.index(to) % len(people)]
        ids = [task["task_id"]] + ([self.task((n + 1) % 12)[0]["task_id"]] if what == "two" else [])
        narrowed = {
            "one": {"task_ids": ids}, "two": {"task_ids": ids}, "step": {"step": self.steps()[task["step"]].name},
            "assignee": {"assignee": holder}, "state": {"state": task["state"]}, "all": {},
        }[what]  # fmt: skip
        holder_id = self.world.ids[holder]
        meant = [
            t for t in self.rows["tasks"] if is_open(t)
            and (what not in ("one", "two") or t["task_id"] in ids) and (what != "step" or t["step"] == task["step"])
            and (what != "assignee" or t["assignee_id"] == holder_id)
            and (what != "state" or t["state"] == task["state"])
        ]  # fmt: skip
        oracle, to_id = self.oracle(who), self.world.ids.get(to)
        may = oracle.manages and oracle.logged_in and (to is None or to_id in oracle.active)
        may = may and (what not in ("one", "two") or {t["task_id"] for t in meant} == set(ids))
        may = may and (to is None or all(to_id in oracle.workers(t["step"]) for t in meant))
        done, error = self.do(
            who, "tasks.reassign", Reassigned, allowed=may, work=False,
            campaign_id=self.world.campaign_id, to=to, started=started, **narrowed,
        )  # fmt: skip
        if error is None:
            wanted = [t for t in meant if t["assignee_id"] != to_id]
            moved = {t["task_id"] for t in wanted if started or not self.begun(t)}
            assert (done.tasks, done.left) == (len(moved), len(wanted) - len(moved))
            self.check_given(dict.fromkeys(moved, to_id))

    def begun(self, task):
        return task["state"] == "to_rework" or (task["opened"] is not None and task["assignee_id"] is not None)

    def check_given(self, to):
        """Exactly these tasks changed hands, and who gets a draft goes on from it."""
        before = {t["task_id"]: t for t in self.before["tasks"]}
        changed = {t["task_id"]: t["assignee_id"] for t in self.rows["tasks"] if t != before[t["task_id"]]}
        assert changed == to
        drafts = {(d["task_id"], d["member_id"]): d["body"] for d in self.rows["member_drafts"]}
        for task_id, new in to.items():
            was = before[task_id]["assignee_id"]
            assert new is None or (task_id, was) not in drafts or (task_id, new) in drafts
            handed = drafts.get((task_id, was))
            if (
                new is not None
                and handed
                and not any((d["task_id"], d["member_id"]) == (task_id, new) for d in self.before["member_drafts"])
            ):
                assert drafts[task_id, new] == handed

    @rule(who=st.sampled_from(["max", "max", "max", "eve"]), step=number, weighted=st.booleans(), started=st.booleans())
    def redistribute(self, who, step, weighted, started):
        step %= len(self.steps())
        oracle = self.oracle(who)
        can = oracle.workers(step)
        weights = {n: w for n, w in self.steps()[step].shares.items() if self.world.ids[n] in can}
        given = {n: 2.0 + i for i, n in enumerate(weights)} if weighted else None
        may = oracle.logged_in and oracle.manages and bool(weights)
        here = [t for t in self.rows["tasks"] if t["step"] == step and is_open(t)]
        free = [t for t in here if started or not self.begun(t)]
        dealt, error = self.do(
            who, "tasks.redistribute", Reassigned, allowed=may, work=False,
            campaign_id=self.world.campaign_id, step=step, weights=given, started=started,
        )  # fmt: skip
        if error is None:
            parts = dict(zip(weights, shares(len(free), list((given or weights).values())), strict=True))
            assert dealt.people == parts
            assert (dealt.tasks, dealt.left) == (len(free), len(here) - len(free))
            after = {t["task_id"]: t["assignee_id"] for t in self.rows["tasks"]}
            got = [after[t["task_id"]] for t in free]
            assert {n: got.count(self.world.ids[n]) for n in parts} == parts
            assert all(after[t["task_id"]] == t["assignee_id"] for t in here if t not in free)

    @rule(who=st.sampled_from(["max", "dora", "eve", "ana"]), n=number, to=st.sampled_from([None, None, *DRAWERS]),
          also=st.sampled_from([[], ["skipped"], ["skipped", "discarded"]]))  # fmt: skip
    def restart_job(self, who, n, to, also):
        left = [t for t in self.rows["tasks"] if t["is_current"] and t["state"] == "skipped"]
        task = left[n % len(left)] if left else self.task(n)[0]
        step, member = 0, self.world.logins.get(task["assignee_id"], "ana")
        for visit in visits(self.rows["tasks"])[task["asset_id"]]:
            if self.steps()[visit["step"]].kind == "annotation" and visit["assignee_id"] is not None:
                step, member = visit["step"], self.world.logins[visit["assignee_id"]]
        oracle = self.oracle(who)
        back = oracle.rejected(step, member, {"rejected", *also})
        target = self.world.ids[to or member]
        may = oracle.judges(step, member) and self.steps()[step].kind == "annotation" and bool(back)
        count, error = self.do(
            who, "jobs.restart", int, allowed=may and target in oracle.workers(step), work=False,
            campaign_id=self.world.campaign_id, step=step, member=member, to=to, also=also,
        )  # fmt: skip
        if error is None:
            assert count == len(back)
            for was in back:
                last = visits(self.rows["tasks"])[was["asset_id"]][-1]
                assert (last["step"], last["state"], last["assignee_id"]) == (step, "to_rework", target)

    @precondition(lambda self: self.seldom())
    @rule(who=st.sampled_from(["max", "dora", "eve", "ana"]), n=number)
    def complete_job(self, who, n):
        task, member = self.task(n)
        oracle = self.oracle(who)
        mine = [t for t in self.rows["tasks"] if is_open(t)
                and (t["step"], t["assignee_id"]) == (task["step"], self.world.ids[member])]  # fmt: skip
        count, error = self.do(
            who, "jobs.complete", int, allowed=oracle.judges(task["step"], member) and bool(mine), work=False,
            campaign_id=self.world.campaign_id, step=task["step"], member=member, reason="enough",
        )  # fmt: skip
        if error is None:
            assert count == len(mine)
            ended = {t["task_id"]: t["outcome"] for t in self.rows["tasks"]}
            assert {ended[t["task_id"]] for t in mine} == {"ended"}
            self.submitted |= self.drawn_by_holders(mine)

    @rule(n=number, tick=st.booleans())
    def lease_runs_out(self, n, tick):
        leased = [t["task_id"] for t in self.rows["tasks"] if t["leased_until"] is not None and is_open(t)]
        self.world.let_leases_run_out(leased[n % len(leased) :][:2] if leased else [])
        self.rows = before = self.world.rows()
        run_out = [t for t in self.rows["tasks"] if self.oracle("max").run_out(t)]
        if tick:
            self.world.workspace.client.call("clock.tick", int)
            self.rows = self.world.rows()
            after = {t["task_id"]: t["assignee_id"] for t in self.rows["tasks"]}
            assert all(after[t["task_id"]] is None for t in run_out)
            assert all(after[t["task_id"]] == t["assignee_id"] for t in before["tasks"] if t not in run_out)

    @precondition(lambda self: self.seldom())
    @rule(login=st.sampled_from(PEOPLE), who=st.sampled_from(["max", "max", "max", "ana"]))
    def disable_or_enable(self, login, who):
        oracle = self.oracle(who)
        active = self.world.ids[login] in oracle.active
        _, error = self.do(
            who, "members.disable" if active else "members.enable", object, work=False,
            allowed=oracle.logged_in and oracle.manages and login != who, login=login,
        )  # fmt: skip
        if error is None and not active:
            self.world.log_in(login)
            self.rows = self.world.rows()

    @precondition(lambda self: self.world and self.world.made < 8)
    @rule(count=st.integers(1, 2), let_in=st.booleans())
    def add_images(self, count, let_in):
        known = {t["asset_id"] for t in self.rows["tasks"]}
        runs = any(is_open(t) for t in self.rows["tasks"])
        policy, draws = self.world.spec.new_assets, self.steps()[0].kind == "annotation"
        self.world.add_images(count)
        self.rows = self.world.rows()
        new = {t["asset_id"] for t in self.rows["tasks"]} - known
        assert len(new) == (count if runs and policy == "join" and draws else 0)
        if let_in:
            there = {a["asset_id"] for a in self.rows["layer_assets"]} - self.golden
            waiting = len(there - known - new) if draws else 0
            joined, error = self.do(
                "max", "campaigns.join", int, work=False, campaign_id=self.world.campaign_id,
                allowed=policy != "closed" and self.oracle("max").logged_in,
            )  # fmt: skip
            assert error or joined == waiting

    @rule(step=number, n=number, leaves=st.booleans())
    def change_people(self, step, n, leaves):
        """Add somebody to a step of the running campaign, or take somebody out."""
        steps = list(self.steps())
        step %= len(steps)
        old = steps[step]
        possible = DRAWERS if old.kind == "annotation" else CHECKERS
        login = possible[n % len(possible)]
        if leaves == (login not in old.assignees) or old.assignees == (login,):
            return
        people = {k: v for k, v in old.shares.items() if k != login} | ({} if leaves else {login: 1.0})
        weights = tuple(people.values()) if old.attribution == "weighted" else ()
        steps[step] = msgspec.structs.replace(old, assignees=tuple(people), weights=weights)
        spec = msgspec.structs.replace(
            self.world.spec, workflow=msgspec.structs.replace(self.world.spec.workflow, steps=tuple(steps))
        )
        begun = [t for t in self.rows["tasks"] if is_open(t) and t["step"] == step and self.begun(t)]
        _, error = self.do("max", "campaigns.apply", Plan, work=False, campaign_id=self.world.campaign_id, spec=spec)
        if not self.oracle("max").logged_in:
            assert error
            return
        if leaves:
            assert (error is not None) == any(t["assignee_id"] == self.world.ids[login] for t in begun), error
        elif self.world.ids[login] in self.oracle("max").active:
            assert error is None, error
        if error is None:
            self.world.spec = spec
            after = {t["task_id"]: t for t in self.rows["tasks"]}
            assert all(after[t["task_id"]] == t for t in begun), "what is begun stays with whoever began it"

    @precondition(lambda self: self.seldom())
    @rule(days=st.sampled_from([-1, 1, None]))
    def due_date_comes(self, days):
        self.world.set_due(None if days is None else now().date() + datetime.timedelta(days=days))
        self.rows = self.world.rows()
