"""The banner of an annotator's page: what went wrong, and what to do about it."""

from __future__ import annotations

from nbannotate.errors import Conflict, FetchFailed, NbannotateError, OwnerUnavailable, SessionEnded
from nbannotate.pages.work.state import Banner, Saving, State
from nbannotate.texts import Message, t


def of_failure(error: Exception, state: State) -> Banner | None:
    """Return what is shown of something that failed; None if a sentence that passes is enough."""
    if isinstance(error, Conflict) and state.screen == "task":
        return Banner(error.message, "warning", "reload")
    if isinstance(error, SessionEnded):
        return Banner(error.message, "warning", "login")
    if isinstance(error, OwnerUnavailable):
        return Banner(
            t("The workspace does not answer at the moment. Nothing that was saved is lost."), "warning", "retry"
        )
    if isinstance(error, FetchFailed) and state.screen == "task":
        return Banner(error.message, "warning", "retry")
    if isinstance(error, NbannotateError):
        return None
    at = state.saving.at
    kept = t("your work up to {at} is saved.") if at else t("what was saved before is kept.")
    return Banner(t("Something went wrong here; {kept+} Try again, or reload the page.", kept=kept), at=at)


def of_opening(notice: Message, failure: Exception | None) -> Banner | None:
    """Return what is shown of a task that was opened: that its image may be tried again, or what to know of it."""
    if isinstance(failure, FetchFailed):
        return Banner(failure.message, "warning", "retry")
    return Banner(notice, "info") if notice else None


def of_saving(said: Saving) -> Banner | None:
    """Return what is shown of saving that does not go on by itself."""
    if said.state in ("conflict", "refused"):
        return Banner(said.text, "warning", "reload")
    if said.state == "ended":
        return Banner(said.text, "warning", "login")
    return Banner(said.text, "error", "reload") if said.state == "failed" else None
