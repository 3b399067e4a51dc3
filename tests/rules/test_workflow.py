"""The workflow: what an action leads to, and that no sequence of actions reaches a state that must not be."""

import itertools
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nbannotate.errors import NbannotateError, NotAllowed, Refused
from nbannotate.model import Step
from nbannotate.rules.workflow import IssueFact, Visit, allowed_actions, decide

DRAW = Step("draw", "annotation", ("ana",))
CHECK = Step("check", "review", ("chloe",))
STEPS = (DRAW, CHECK)
ANA, BEN, CHLOE, DORA = 1, 2, 3, 4
WORKERS = {0: {ANA, BEN}, 1: {CHLOE, DORA}}


def test_submitting_an_annotation_puts_the_asset_into_the_queue_of_the_next_step():
    outcome = decide("submit", ANA, [Visit(0, 1, "in_progress", ANA)], STEPS, [], WORKERS)
    assert (outcome.state, outcome.outcome, outcome.asset_state) == ("done", "submitted", "in_progress")
    assert (outcome.next.step, outcome.next.assignee, outcome.next.state) == (1, None, "in_progress")


def test_accepting_at_the_last_step_makes_the_asset_done():
    visits = [Visit(0, 1, "done", ANA, "submitted"), Visit(1, 1, "in_progress", CHLOE)]
    assert decide("submit", CHLOE, visits, STEPS, [], WORKERS).outcome == "accepted"
    outcome = decide("submit", CHLOE, visits, STEPS, [], WORKERS, edited=True)
    assert (outcome.outcome, outcome.asset_state, outcome.next) == ("accepted_with_edits", "done", None)


def test_rework_returns_to_the_person_who_annotated_it():
    visits = [Visit(0, 1, "done", BEN, "submitted"), Visit(1, 1, "in_progress", CHLOE)]
    outcome = decide("rework", CHLOE, visits, STEPS, [IssueFact(9, "open", CHLOE)], WORKERS)
    assert (outcome.next.step, outcome.next.assignee, outcome.next.state) == (0, BEN, "to_rework")
    assert outcome.next.round == 2


def test_rework_goes_to_the_queue_when_the_person_no_longer_works_there():
    visits = [Visit(0, 1, "done", BEN, "submitted"), Visit(1, 1, "in_progress", CHLOE)]
    outcome = decide("rework", CHLOE, visits, STEPS, [IssueFact(9, "open", CHLOE)], {0: {ANA}, 1: {CHLOE}})
    assert outcome.next.assignee is None


@pytest.mark.parametrize("action", ["rework", "skip"])
@pytest.mark.parametrize("issues", [[], [IssueFact(9, "resolved", CHLOE)], [IssueFact(9, "for_review", CHLOE)]])
def test_rework_and_skip_need_an_open_issue(action, issues):
    visits = [Visit(0, 1, "done", BEN, "submitted"), Visit(1, 1, "in_progress", CHLOE)]
    with pytest.raises(Refused, match="issue"):
        decide(action, CHLOE, visits, STEPS, issues, WORKERS)


def test_submitting_a_returned_task_marks_the_reviewers_issues_for_review_and_returns_to_that_reviewer():
    visits = [
        Visit(0, 1, "done", ANA, "submitted"),
        Visit(1, 1, "done", DORA, "rework"),
        Visit(0, 2, "to_rework", ANA),
    ]
    issues = [IssueFact(7, "open", DORA), IssueFact(8, "open", ANA), IssueFact(9, "resolved", DORA)]
    outcome = decide("submit", ANA, visits, STEPS, issues, WORKERS)
    assert dict(outcome.issues) == {7: "for_review"}
    assert (outcome.next.step, outcome.next.assignee) == (1, DORA)


def test_accepting_resolves_what_is_for_review_and_is_refused_with_an_open_issue():
    visits = [Visit(0, 1, "done", ANA, "submitted"), Visit(1, 1, "in_progress", CHLOE)]
    outcome = decide("submit", CHLOE, visits, STEPS, [IssueFact(7, "for_review", CHLOE)], WORKERS)
    assert dict(outcome.issues) == {7: "resolved"}
    with pytest.raises(Refused, match="1 open issue"):
        decide("submit", CHLOE, visits, STEPS, [IssueFact(7, "open", ANA)], WORKERS)


@pytest.mark.parametrize("action", ["submit", "rework", "skip"])
def test_only_the_assignee_may_act(action):
    with pytest.raises(NotAllowed):
        decide(action, BEN, [Visit(0, 1, "in_progress", ANA)], STEPS, [IssueFact(1, "open", BEN)], WORKERS)


@pytest.mark.parametrize("state", ["done", "skipped"])
def test_a_closed_task_is_not_changed(state):
    with pytest.raises(Refused, match="already"):
        decide("submit", ANA, [Visit(0, 1, state, ANA, "submitted")], STEPS, [], WORKERS)


def test_an_annotator_cannot_send_to_rework():
    with pytest.raises(Refused, match="review"):
        decide("rework", ANA, [Visit(0, 1, "in_progress", ANA)], STEPS, [IssueFact(1, "open", ANA)], WORKERS)
    assert "rework" not in allowed_actions(Visit(0, 1, "in_progress", ANA), STEPS, ANA)


WORKFLOWS = st.lists(st.sampled_from(["annotation", "review"]), min_size=0, max_size=3).map(
    lambda kinds: [Step(f"s{i}", kind, ("x",)) for i, kind in enumerate(["annotation", *kinds])]
)


class Campaign(RuleBasedStateMachine):
    """One asset, four people who do anything at any time, over any workflow."""

    @initialize(steps=WORKFLOWS, workers=st.lists(st.sets(st.integers(1, 4), min_size=1), min_size=4, max_size=4))
    def launch(self, steps, workers):
        self.steps = steps
        self.workers = {i: workers[i] for i in range(len(steps))}
        self.visits = [Visit(0, 1, "in_progress", None)]
        self.issues: dict[int, IssueFact] = {}
        self.asset = "in_progress"
        self.submitted = 0

    @property
    def current(self):
        return self.visits[-1]

    @rule(data=st.data())
    @precondition(lambda self: self.asset == "in_progress" and self.current.assignee is None)
    def pull(self, data):
        who = data.draw(st.sampled_from(sorted(self.workers[self.current.step])))
        v = self.current
        self.visits[-1] = Visit(v.step, v.round, v.state, who, v.outcome)

    @rule(who=st.integers(1, 4))
    @precondition(lambda self: self.asset == "in_progress" and len(self.issues) < 6)
    def raise_issue(self, who):
        new = len(self.issues) + 1
        self.issues[new] = IssueFact(new, "open", who)

    @rule(data=st.data(), state=st.sampled_from(["open", "for_review", "resolved"]))
    @precondition(lambda self: self.asset == "in_progress" and self.issues)
    def change_issue(self, data, state):
        i = data.draw(st.sampled_from(sorted(self.issues)))
        self.issues[i] = IssueFact(i, state, self.issues[i].author)

    @rule(who=st.integers(1, 4), action=st.sampled_from(["submit", "rework", "skip"]), edited=st.booleans())
    def act(self, who, action, edited):
        before = (list(self.visits), dict(self.issues))
        try:
            outcome = decide(
                action, who, self.visits, self.steps, list(self.issues.values()), self.workers, edited=edited
            )
        except NbannotateError:
            assert before == (self.visits, self.issues)
            return
        v = self.current
        assert self.asset == "in_progress", "an asset that left the workflow was changed"
        assert v.assignee == who, "someone else's task was changed"
        assert action in allowed_actions(v, self.steps, who)
        self.visits[-1] = Visit(v.step, v.round, outcome.state, v.assignee, outcome.outcome)
        for i, state in outcome.issues.items():
            self.issues[i] = IssueFact(i, state, self.issues[i].author)
        self.asset = outcome.asset_state
        if outcome.next is not None:
            n = outcome.next
            self.visits.append(Visit(n.step, n.round, n.state, n.assignee))

    @invariant()
    def one_open_task_while_in_progress_and_none_after(self):
        if not hasattr(self, "visits"):
            return
        open_ = [v for v in self.visits if v.state in ("in_progress", "to_rework")]
        assert len(open_) == (1 if self.asset == "in_progress" else 0)
        assert all(v.outcome is not None for v in self.visits[:-1])

    @invariant()
    def nothing_done_has_an_unresolved_issue(self):
        if getattr(self, "asset", None) == "done":
            assert all(i.state == "resolved" for i in self.issues.values())
            assert self.current.step == len(self.steps) - 1

    @invariant()
    def tasks_are_with_people_of_their_step(self):
        for v in getattr(self, "visits", []):
            assert v.assignee is None or v.assignee in self.workers[v.step]

    @invariant()
    def rounds_count_the_visits_of_a_step(self):
        seen = Counter()
        for v in getattr(self, "visits", []):
            seen[v.step] += 1
            assert v.round == seen[v.step]

    @invariant()
    def rework_comes_only_to_annotation_steps_and_only_from_a_review(self):
        visits = getattr(self, "visits", [])
        for before, v in itertools.pairwise(visits):
            if v.state == "to_rework" or before.outcome == "rework":
                assert self.steps[v.step].kind == "annotation"
                assert before.outcome == "rework"
                assert self.steps[before.step].kind == "review"
            else:
                assert v.step == before.step + 1


TestAnySequenceOfActions = Campaign.TestCase
TestAnySequenceOfActions.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
