"""The cards of people."""

from __future__ import annotations

from nbannotate.cards import Card, Pairs, Words, card_of
from nbannotate.model.people import Account, Member, NewMember, Session


@card_of.register
def _(member: Member) -> Card:
    return Card("Member", member.login, "" if member.active else "disabled", parts=(Pairs((("role", member.role),)),))


@card_of.register
def _(new: NewMember) -> Card:
    if new.there:
        there = Words("The member was there already and keeps the password.")
        return Card("Member", new.member.login, parts=(Pairs((("role", new.member.role),)), there))
    told = Pairs((("role", new.member.role), ("password", new.password)))
    once = "The password is shown this once: tell it, and clear this output before you share the notebook."
    return Card("New member", new.member.login, parts=(told, Words(once)))


@card_of.register
def _(account: Account) -> Card:
    return Card("Account", account.login, parts=(Pairs((("role", account.role),)),))


@card_of.register
def _(session: Session) -> Card:
    return Card(
        "Session", session.member.login, parts=(Pairs((("expires", f"{session.expires:%Y-%m-%d %H:%M} UTC"),)),)
    )
