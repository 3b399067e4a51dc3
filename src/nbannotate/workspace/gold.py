"""``campaign.gold``: how people answer the images whose answer is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbannotate import model
from nbannotate.model.values import as_whole
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.members import login_of

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.campaign import Campaign


class Gold(Handle):
    """How people answer gold, the images of a campaign whose answer is known. For those who manage.

    Made by :attr:`Campaign.gold`: ``campaign.gold()`` is a table of members, ``campaign.gold.resume("ana")`` lets
    somebody go on who is paused.

    Parameters
    ----------
    campaign
        The campaign.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._seal()

    def __call__(self) -> pd.DataFrame:
        """Return one row per member who works at the step with gold, or answered some.

        Returns
        -------
        DataFrame
            ``member``; ``answers``, how many were scored; ``score``, their mean, from 0 to 1; ``lately``, the mean of
            those that count now (``Workflow.last``, and none from before a pause); ``state``: *ok*, *below* or
            *paused*; ``since``, UTC, since when it is not *ok*. Missing where nothing was answered.
        """
        import pandas as pd

        found = self._campaign._call("gold.members", list[model.GoldMember])
        return pd.DataFrame(
            {
                "member": pd.Series([m.member for m in found], dtype="string"),
                "answers": pd.Series([m.answers for m in found], dtype="int64"),
                "score": pd.Series([m.mean for m in found], dtype="float64"),
                "lately": pd.Series([m.recent for m in found], dtype="float64"),
                "state": pd.Series([m.state for m in found], dtype="string"),
                "since": pd.Series([m.since for m in found], dtype="datetime64[us]"),
            }
        )

    def answers(self, member: str | model.Member | None = None) -> pd.DataFrame:
        """Return one row per answer, oldest first, as the view ``gold_answers`` has them; of one member, or of all."""
        given = [self._campaign.campaign_id] + ([] if member is None else [login_of(member)])
        among = "" if member is None else " and member = $2"
        return self._campaign.workspace.sql(
            f"select * from gold_answers where campaign_id = $1{among} order by closed, task_id", given
        )

    def look(self, task: int) -> model.Judged:
        """Return an answer beside the known one, and where they differ.

        Parameters
        ----------
        task
            The id of its task (``task_id`` of :meth:`answers`).
        """
        client = self._campaign.workspace.client
        judged: model.Judged = client.call("gold.look", model.Judged, task_id=as_whole("task", task))
        return judged

    def resume(self, member: str | model.Member) -> None:
        """Let a member go on who is paused; only answers from now on count.

        Raises
        ------
        Refused
            The member is not paused.
        """
        self._campaign._call("gold.resume", None, login=login_of(member))
