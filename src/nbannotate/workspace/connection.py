"""Who asks a workspace, and where: what every table and handle of it is given."""

from __future__ import annotations

from nbannotate import model
from nbannotate.owner.client import Client
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.sql import Sql


class Connection(Handle):
    """A member's way to a workspace: operations by the client, and SQL over the public views.

    Parameters
    ----------
    client
        Who acts, and where.

    Attributes
    ----------
    path
        Of the file, or the address.
    me
        The member.
    sql
        ``sql("select …")`` gives a DataFrame.
    """

    def __init__(self, client: Client) -> None:
        self.client, self.sql = client, Sql(client)
        info = client.call("workspace.info", model.WorkspaceInfo)
        self.path, self.me = info.path, info.member
