"""The state of a job, computed from the counts of its tasks; the public view ``jobs`` says the same in SQL."""

from __future__ import annotations

from nbannotate.model import JobState


def job_state(remaining: int, opened: int, done: int, elsewhere: int, skipped: int, issues: int) -> JobState:
    """Return the state of a job.

    Parameters
    ----------
    remaining
        Tasks that are not submitted, with those of the queue that the person may pull.
    opened
        Tasks that the person has opened.
    done
        Tasks that the person submitted or skipped.
    elsewhere
        Of these, those whose asset is at another step now.
    skipped
        Assets of the job that left the workflow without being done.
    issues
        Issues on assets of the job that are not resolved.
    """
    if remaining:
        return "in_progress" if opened else "pending"
    if not done:
        return "pending"
    if elsewhere:
        return "on_review"
    return "completed_with_issues" if skipped or issues else "completed"
