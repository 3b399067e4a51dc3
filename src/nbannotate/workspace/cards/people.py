"""The cards of invitations."""

from __future__ import annotations

from nbannotate.cards import Card, Code, Pairs, Words, card_of
from nbannotate.workspace.members import Invited


@card_of.register
def _(invited: Invited) -> Card:
    if not invited.path:
        return Card("Member", invited.member.login, parts=(Words(str(invited)),))
    until = f"It can be used once, until {invited.expires:%Y-%m-%d %H:%M} UTC, and is not shown again."
    parts = (Pairs((("role", invited.member.role),)), Words("Send this, after the address of your site:"))
    next = ('invited.link("https://…")',)
    return Card("Invited", invited.member.login, parts=(*parts, Code(invited.path), Words(until)), next=next)
