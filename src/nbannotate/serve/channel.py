"""Which messages pass between a page and its kernel: those of widgets, and nothing that could run code.

A message from the browser is taken apart, judged, and put together anew from the judged parts only, so that the
kernel can never read it differently from how it was judged here.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import Any, Literal

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from nbannotate.serve.kernels import ENDED, GONE

V1 = "v1.kernel.websocket.jupyter.org"
PASSING = frozenset({"comm_msg", "comm_close", "comm_info_request", "kernel_info_request", "comm_open"})
#: The one comm target that a page may open: it asks for the state of all widgets. Opening ``jupyter.widget``
#: would let the browser create widgets of its own choice.
CONTROL = "jupyter.widget.control"
#: Never sent to a page: code, printed text and tracebacks.
WITHHELD = frozenset({"error", "stream", "execute_input", "input_request", "debug_event"})
#: What pages send without anybody's doing.
BY_ITSELF = frozenset({"beat", "refresh", "probe", "activity", "ready"})
HEADER = ("msg_id", "session", "date", "msg_type", "version")
OPENING = 0.05  # seconds' worth of messages that opening a websocket counts for
MOST_PIECES = 10_000
BAD, TOO_MUCH = 4400, 4429  # websocket close codes


def parse(raw: str | bytes, protocol: str | None) -> tuple[str, dict[str, Any]]:
    """Return the channel and the message that came from a browser.

    Parameters
    ----------
    raw
        What the websocket received.
    protocol
        The websocket subprotocol: v1 (parts with offsets) or None (JSON, or JSON with binary buffers).

    Raises
    ------
    ValueError
        If it is not a message.
    """
    try:
        if protocol == V1:
            name, *parts = _pieces(raw, 8, "little", first=8)
            header, parent, metadata, content = (json.loads(p) for p in parts[:4])
            message = {"header": header, "parent_header": parent, "metadata": metadata, "content": content}
            return name.decode(), {**message, "buffers": parts[4:]}
        text, *buffers = _pieces(raw, 4, "big", first=4) if isinstance(raw, bytes) else (raw,)
        message = json.loads(text)
        return message.get("channel"), {**message, "buffers": buffers}
    except (TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError("not a message") from error


def _pieces(raw: str | bytes, width: int, order: Literal["big", "little"], first: int) -> list[bytes]:
    """Return the pieces of a binary message: a count of offsets, the offsets, the bytes between them.

    Jupyter's own functions believe the count; a large one would keep the server busy for hours.
    """
    if not isinstance(raw, bytes) or len(raw) < width:
        raise ValueError("not binary")
    count = int.from_bytes(raw[:width], order)
    start = first + count * width
    if not 0 < count <= MOST_PIECES or start > len(raw):
        raise ValueError("a wrong count of pieces")
    offsets = [int.from_bytes(raw[at : at + width], order) for at in range(first, start, width)]
    offsets = offsets if width == 8 else [*offsets, len(raw)]  # only v1 says where the last piece ends
    if offsets[0] < start or offsets[-1] > len(raw) or sorted(offsets) != offsets:
        raise ValueError("wrong offsets")
    return [raw[a:b] for a, b in itertools.pairwise(offsets)]


def judged(channel: str, message: dict[str, Any]) -> dict[str, Any] | None:
    """Return what may be sent to the kernel of a message, or None if it may not pass.

    Raises
    ------
    ValueError
        If the message lacks what every message has.
    """
    header, content, buffers = message.get("header"), message.get("content"), message.get("buffers")
    if not isinstance(header, dict) or not isinstance(content, dict) or not isinstance(buffers, list):
        raise ValueError("not a message")  # noqa: TRY004 - what is wrong is the message, not a type in our code
    kind = header.get("msg_type")
    if channel != "shell" or not isinstance(kind, str) or kind not in PASSING:
        return None
    if kind == "comm_open" and content.get("target_name") != CONTROL:
        return None
    if any(not isinstance(b, bytes) for b in buffers) or any(not isinstance(header.get(k), str) for k in HEADER[:2]):
        raise ValueError("not a message")
    metadata = message.get("metadata")
    version = metadata.get("version") if isinstance(metadata, dict) else None  # of the widgets' protocol
    return {
        "header": {**{name: header[name] for name in HEADER if name in header}, "username": "page"},
        "parent_header": {},
        "metadata": {"version": version} if isinstance(version, str) else {},
        "content": content,
        "buffers": buffers,
    }


def is_of_a_person(message: dict[str, Any]) -> bool:
    """Return whether somebody did something, and not the page by itself, which asks now and then for what is new."""
    if message["header"].get("msg_type") != "comm_msg":
        return False
    data = message["content"].get("data")
    content = data.get("content") if isinstance(data, dict) else None
    return not (isinstance(content, dict) and content.get("do") in BY_ITSELF)


class WidgetMessagesOnly(ZMQChannelsWebsocketConnection):  # type: ignore[misc]
    """One page's websocket to its kernel."""

    limit_rate = False  # the limit of the outgoing rate drops messages silently, and the kernel's code is ours

    async def connect(self) -> Any:
        """Connect, without the 40 ms that Nagle's algorithm adds to each round trip."""
        self.websocket_handler.set_nodelay(True)
        self.kernel = self.multi_kernel_manager.of_members.get(self.kernel_id)
        self.site = self.websocket_handler.settings["site"]
        if self.kernel is None or self.kernel.ended:
            self.websocket_handler.close(GONE, "the kernel ended")
            return None
        self.allowance = self.multi_kernel_manager.allowance(self.kernel.user.login)
        if not self.allowance.take(OPENING * self.allowance.rate):
            self.websocket_handler.close(TOO_MUCH, "too many websockets")
            return None
        sockets = self.kernel.sockets
        while len(sockets) >= self.site.limits.sockets:  # a page has one; after a lost connection the old one is dead
            sockets.pop(0).close(TOO_MUCH, "the page has a newer connection")
        sockets.append(self.websocket_handler)
        connected = super().connect()
        return await connected if connected is not None else None

    def disconnect(self) -> None:
        """Forget the websocket."""
        if (kernel := getattr(self, "kernel", None)) and self.websocket_handler in kernel.sockets:
            kernel.sockets.remove(self.websocket_handler)
        super().disconnect()

    def handle_incoming_message(self, incoming_msg: str | bytes) -> None:
        """Pass a message of a widget on; drop others; close the websocket if it sends nonsense or too much."""
        close = self.websocket_handler.close
        user = self.websocket_handler.current_user
        if self.site.sessions.ended(user.session):
            close(ENDED, "the session ended")
            return
        if self._too_much(len(incoming_msg)):
            self.site.note("refused: %(member)s sends too many or too large messages", member=user.who)
            close(TOO_MUCH, "too many messages")
            return
        try:
            message = judged(*parse(incoming_msg, self.subprotocol))
        except ValueError:
            self.site.note("refused: %(member)s sent something that is not a message", member=user.who)
            close(BAD, "not a message")
            return
        if message is not None and is_of_a_person(message):
            self.kernel.acted = time.monotonic()
        stream = self.channels.get("shell")
        if message is not None and stream is not None and not stream.closed():
            self.session.send(stream, message, buffers=message["buffers"])

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Pass what a page needs on; withhold code, printed text and tracebacks."""
        _, parts = self.session.feed_identities(outgoing_msg)
        if self.session.unpack(parts[1]).get("msg_type") not in WITHHELD:
            super().handle_outgoing_message(stream, outgoing_msg)

    def _too_much(self, size: int) -> bool:
        limits = self.site.limits
        cost = max(1.0, size / limits.size * limits.messages)  # the largest one counts for a second
        return size > limits.size or not self.allowance.take(cost)
