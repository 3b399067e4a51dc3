"""The issues of a task at hand: raised, answered, settled."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate import model
from nbannotate.model.values import as_whole
from nbannotate.workspace.at_hand import AtHand


class Talking(AtHand):
    """The part of a task that is about its issues."""

    @property
    def issues(self) -> tuple[model.Issue, ...]:
        """The threads on the image, as far as this handle knows: when it was opened, and what was done with it."""
        return self.view.issues

    def raise_issue(
        self, text: str, zone: tuple[float, float, float, float] | None = None, shape: model.Shape | str | None = None
    ) -> model.Issue:
        """Raise an issue on the image, on a zone ``(x0, y0, x1, y1)`` (image pixels), or on a shape."""
        shape_id = shape.id if isinstance(shape, model.Shape) else shape
        return self._know(self._act("issues.create", model.Issue, text=text, zone=zone, shape_id=shape_id))

    def reply(self, issue: model.Issue | int, text: str) -> model.Issue:
        """Answer in the thread of an issue."""
        return self._know(self._work._act("issues.reply", model.Issue, issue_id=_issue_id(issue), text=text))

    def mark_for_review(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is fixed; whoever raised it looks at it."""
        return self._set(issue, "for_review")

    def resolve(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is settled."""
        return self._set(issue, "resolved")

    def reopen(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is not settled."""
        return self._set(issue, "open")

    def _set(self, issue: model.Issue | int, state: model.IssueState) -> model.Issue:
        return self._know(self._work._act("issues.set_state", model.Issue, issue_id=_issue_id(issue), state=state))

    def _raise_once(self, text: str | None, action: str) -> None:
        """Raise an issue before a task is ended, unless that was done and the other half failed."""
        self._check_open()
        if text is not None and not any(i.state == "open" and i.comments[0].text == text for i in self.issues):
            self.raise_issue(text)

    def _know(self, issue: model.Issue) -> model.Issue:
        others = [i for i in self.view.issues if i.issue_id != issue.issue_id]
        self.view = replace(self.view, issues=tuple(sorted([*others, issue], key=lambda i: i.issue_id)))
        return issue


def _issue_id(issue: model.Issue | int) -> int:
    return as_whole("issue", getattr(issue, "issue_id", issue))
