"""JupyterHub as the place where people log in: what the Hub tells a service, and which of its people may come in here.

The Hub knows who somebody is; this workspace knows what a member may do. What the server asks of the Hub are three
addresses of its API (OAuth 2 with PKCE), so that jupyterhub itself, 60 MiB of memory, is not loaded.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import MutableMapping
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.model import ROLES, Role
from nbannotate.model.suggestions import one_of
from nbannotate.texts import t

T = TypeVar("T")
ANSWER_S = 10.0
#: Statuses by which the Hub says that a token stands for nobody (any more).
NOBODY = (401, 403, 404)


class HubAway(Exception):
    """The Hub did not answer, or not as a Hub does."""


class HubUser(msgspec.Struct, frozen=True):
    """Somebody whom the Hub knows.

    Parameters
    ----------
    name
        The name of the Hub's account.
    groups
        The Hub's groups that the person is in.
    scopes
        What the token may do at the Hub.
    kind
        ``"user"``; a service has tokens, too, and is nobody who works.
    """

    name: str
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    kind: str = "user"


class Granted(msgspec.Struct, frozen=True):
    """What the Hub gives for a code; the token is in no log."""

    access_token: str

    def __repr__(self) -> str:
        return "Granted()"


class GroupRole(NamedTuple):
    """Which role the people of a group of the Hub have here."""

    group: str
    role: Role


def group_roles(text: str) -> tuple[GroupRole, ...]:
    """Return what ``annotators=annotator,reviewers=reviewer`` means; the first group that somebody is in counts.

    Raises
    ------
    InvalidInput
        If a part has no group or an unknown role, or a group comes twice.
    """
    made: dict[str, Role] = {}
    for part in (p.strip() for p in text.split(",")):
        group, _, role = (piece.strip() for piece in part.rpartition("="))
        if not group:
            raise InvalidInput(f"--hub-groups takes GROUP=ROLE, for example annotators=annotator, not {part!r}.")
        one_of("role", role, ROLES)
        if group in made:
            raise InvalidInput(f"--hub-groups names the group {group!r} twice; give it one role.")
        made[group] = next(r for r in ROLES if r == role)
    return tuple(GroupRole(group, role) for group, role in made.items())


class Hub:
    """The Hub that a server of pages is a service of.

    Parameters
    ----------
    api_url
        Where the Hub's API is, as this machine reaches it.
    api_token
        The service's own.
    client_id
        By which the Hub knows the service where people log in.
    prefix
        The path of the service behind the Hub's proxy.
    listen
        The address that the Hub expects the service at; None leaves it to the command line.
    host
        Where browsers reach the Hub, if that is another host; normally empty.
    hub_path
        The path of the Hub's own pages.
    access
        Scopes of the Hub, one of which somebody must have to use the service.
    groups
        Which groups have which role; none: those come in who are members already.
    """

    def __init__(
        self, api_url: str, api_token: str, client_id: str, prefix: str, *, listen: tuple[str, int] | None = None,
        host: str = "", hub_path: str = "/hub/", access: tuple[str, ...] = (), groups: tuple[GroupRole, ...] = (),
    ) -> None:  # fmt: skip
        self.api_url, self.api_token, self.client_id, self.prefix = api_url.rstrip("/"), api_token, client_id, prefix
        self.listen, self.host, self.hub_path, self.access, self.groups = listen, host, hub_path, access, groups
        self._http: AsyncHTTPClient | None = None

    @classmethod
    def of_environment(
        cls, environ: MutableMapping[str, str] = os.environ, groups: str | None = None, *, pages: bool = True
    ) -> Hub:
        """Return the Hub that the environment of a service names, and take the service's token out of it.

        What this process starts (the workspace's owner, kernels) has no use for the token.

        Parameters
        ----------
        environ
            The variables.
        groups
            Which groups have which role, as :func:`group_roles` takes it.
        pages
            Whether people log in to pages; if not, the Hub is only asked whose token one is, which needs none of ours.

        Raises
        ------
        InvalidInput
            If this is no service of a Hub, or ``groups`` means nothing.
        """
        needed = ["JUPYTERHUB_API_URL"]
        if pages:
            needed += ["JUPYTERHUB_API_TOKEN", "JUPYTERHUB_SERVICE_PREFIX"]
        missing = [name for name in needed if not environ.get(name)]
        name = environ.get("JUPYTERHUB_SERVICE_NAME", "")
        client_id = environ.get("JUPYTERHUB_CLIENT_ID") or (f"service-{name}" if name else "")
        if not client_id:
            missing.append("JUPYTERHUB_CLIENT_ID")
        if missing:
            raise InvalidInput(
                f"--hub is for a service of a JupyterHub, and {', '.join(missing)} is missing in the environment. The "
                "Hub sets it for services that it starts itself; for others see docs/hub.md."
            )
        said = environ.get("JUPYTERHUB_OAUTH_ACCESS_SCOPES", "")
        service = client_id.removeprefix("service-")
        access = tuple(json.loads(said)) if said else ("access:services", f"access:services!service={service}")
        made = cls(
            environ["JUPYTERHUB_API_URL"], environ.pop("JUPYTERHUB_API_TOKEN", ""), client_id,
            f"/{environ.get('JUPYTERHUB_SERVICE_PREFIX', '').strip('/')}/", listen=_listen(environ) if pages else None,
            host=environ.get("JUPYTERHUB_HOST", ""), access=access, groups=group_roles(groups) if groups else (),
            hub_path=environ.get("JUPYTERHUB_BASE_URL", "/").rstrip("/") + "/hub/",
        )  # fmt: skip
        return made

    @property
    def callback(self) -> str:
        """Where the Hub sends people back to."""
        return f"{self.prefix}oauth_callback"

    @property
    def logout_url(self) -> str:
        """Where people log out of the Hub."""
        return f"{self.host}{self.hub_path}logout"

    def login_url(self, state: str, verifier: str) -> str:
        """Return where the Hub asks who somebody is.

        Parameters
        ----------
        state
            Comes back with the person.
        verifier
            A secret of this login, of which the Hub learns the hash now and the whole later.
        """
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {"client_id": self.client_id, "redirect_uri": self.callback, "response_type": "code", "state": state}
        asked |= {"code_challenge": digest, "code_challenge_method": "S256"}
        return f"{self.host}{self.hub_path}api/oauth2/authorize?{urlencode(asked)}"

    async def token_for(self, code: str, verifier: str) -> str | None:
        """Return the token of who came back with a code; None if the Hub does not know the code.

        Raises
        ------
        HubAway
            If the Hub does not answer.
        """
        form = {"client_id": self.client_id, "client_secret": self.api_token, "grant_type": "authorization_code"}
        form |= {"code": code, "redirect_uri": self.callback, "code_verifier": verifier}
        answer = await self._ask("oauth2/token", Granted, {}, urlencode(form))
        return answer.access_token if answer else None

    async def who(self, token: str) -> HubUser | None:
        """Return whom a token stands for, or None if it does so no longer, or may not use this service.

        Raises
        ------
        HubAway
            If the Hub does not answer.
        """
        user = await self._ask("user", HubUser, {"Authorization": f"Bearer {token}"})
        return user if user and user.kind == "user" and set(self.access) & set(user.scopes) else None

    def role_of(self, user: HubUser) -> Role | None:
        """Return the role that somebody's groups give; None where none of them is needed.

        Raises
        ------
        NotAllowed
            If groups are needed, and the person is in none of them.
        """
        if not self.groups:
            return None
        for group, role in self.groups:
            if group in user.groups:
                return role
        names = ", ".join(group for group, _ in self.groups)
        raise NotAllowed(
            t(
                "You are {name} at the Hub, and in none of the groups that work here: {names}.",
                name=user.name,
                names=names,
            )
        )

    async def _ask(self, path: str, returns: type[T], headers: dict[str, str], body: str | None = None) -> T | None:
        """Return an answer of the API, or None if it says that nobody is meant."""
        self._http = self._http or AsyncHTTPClient(force_instance=True)
        try:
            reply = await self._http.fetch(
                f"{self.api_url}/{path}", method="GET" if body is None else "POST", headers=headers, body=body,
                connect_timeout=ANSWER_S / 2, request_timeout=ANSWER_S, follow_redirects=False,
            )  # fmt: skip
        except HTTPClientError as error:
            if error.code in NOBODY or (body is not None and error.code == 400):
                return None
            raise HubAway(f"the Hub answered {error.code}") from error
        except OSError as error:
            raise HubAway(f"the Hub cannot be reached: {error}") from error
        try:
            return msgspec.json.decode(reply.body, type=returns)
        except msgspec.DecodeError as error:
            raise HubAway(f"the Hub answered what is not understood: {error}") from error


def _listen(environ: MutableMapping[str, str]) -> tuple[str, int] | None:
    url = urlsplit(environ.get("JUPYTERHUB_SERVICE_URL", ""))
    if not url.hostname:
        return None
    if url.scheme != "http" or url.port is None:
        raise InvalidInput(
            f"The Hub expects this service at {url.geturl()}; give the service an address with http and a port, for "
            "example http://127.0.0.1:8866."
        )
    return url.hostname, url.port
