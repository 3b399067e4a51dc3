"""The numbers and names that a server of pages is run with: limits, times, headers, extensions."""

from __future__ import annotations

from typing import NamedTuple

THEMES = ("auto", "light", "dark")

#: The JupyterLab extensions that a page may load; everything else that is installed stays out.
EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
    "ipycanvas",
)
#: Plotly figures as outputs; only the manager's page.
MANAGER_EXTENSIONS = (*EXTENSIONS, "jupyterlab-plotly")

#: Widgets load their code from our own address, or (anywidget's ES modules) from a blob: made by that code.
#: No inline script runs, so text that a person wrote cannot bring its own.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: The login page and messages: no script at all.
PLAIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: The page of an invitation: one script of ours, which takes the invitation out of the address.
INVITE_POLICY = f"{PLAIN_POLICY}; script-src 'self'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": PAGE_POLICY,
}


#: Seconds within which the workspace must answer whoever asks whether the site works.
HEALTH_S = 5.0


class Limits(NamedTuple):
    """What one member and one address may use, and how long things live.

    Parameters
    ----------
    kernels
        Kernels of one member; before one more starts, the oldest ends.
    in_all
        Kernels of all members together; who comes then waits, and is told at which place. 0: as many as are wanted.
    spares
        Kernels that wait, started, for the next page, at most; as many as pages were opened in the last minute.
    memory
        Bytes that a kernel may have in memory; one that has more ends, and its page says so. 0: what there is.
    starting
        Kernels that start at the same time, of all members together.
    grace
        Seconds that a kernel waits for its page after the websocket closed (a network that comes and goes).
    leaving
        Seconds that a kernel has left after the page said that it is closed: time to store what was drawn last.
    idle
        Seconds in which nobody did anything after which a kernel ends, even if its page is open; 0: it does not.
    tick
        Seconds between two looks at kernels and sessions.
    hub_look
        Seconds between two questions to the JupyterHub whether somebody is still logged in there.
    sockets
        Websockets of one kernel; one more closes the oldest.
    messages
        Websocket messages of one member per second, on average; a burst of five seconds' worth passes.
    size
        Bytes of one websocket message.
    unread
        Bytes that wait for somebody who does not read; one message more closes the connection.
    body
        Bytes that a request may send: forms are all that is sent.
    patience
        Seconds that the head of a request may take, or its body; and a connection without a request.
    connections
        Connections of one address that are no websockets; a proxy on this machine has its own.
    everybody
        Connections altogether that are no websockets, as far as half of the files that the process may open allow.
    """

    kernels: int = 3
    in_all: int = 0
    spares: int = 4
    memory: int = 0
    starting: int = 4
    grace: float = 60.0
    leaving: float = 3.0
    idle: float = 4 * 3600.0
    tick: float = 1.0
    hub_look: float = 60.0
    sockets: int = 2
    messages: float = 200.0
    size: int = 16 * 1024 * 1024
    unread: int = 128 * 1024 * 1024
    body: int = 64 * 1024
    patience: float = 30.0
    connections: int = 256
    everybody: int = 4000
