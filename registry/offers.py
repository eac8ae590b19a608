"""An academic who finds a need by a funding call, and asks for an introduction to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from matching.facts import allowed
from matching.matcher import Suggestion
from matching.reasons import Reason
from matching.weights import Band
from registry import expertise as profiles
from registry import funding, introductions, matches, matchmaker, needs, routing
from registry.disclosure import NeedShown, need_shown
from registry.expertise import Expertise
from registry.funding import FundingCall
from registry.introductions import Introduction, Side
from registry.members import Member
from registry.needs import Need
from registry.networks import Network
from registry.refusal import Refused

BY_CALL = "funding"
MOST_SHOWN = 20
NO_LONGER = "That need is no longer open."


class May(StrEnum):
    """What a member may do about a need that a call fits."""

    ASK = "ask"
    BEGUN = "begun"
    OWN = "own"
    NOTHING = "nothing"


@dataclass(frozen=True)
class NeedOffered:
    """A need that a call fits, as the reader may see it."""

    need: NeedShown
    may: May


async def offered(
    session: AsyncSession, member: Member, call: FundingCall, now: datetime
) -> list[NeedOffered]:
    """The open needs that a call fits, the best first, with what the member may do about each."""
    fitting = await routing.fitting_needs(session, member.network_id, [call.id])
    own = await profiles.of_member(session, member)
    rooms = await introductions.rooms(session, member.network_id)
    return [
        NeedOffered(
            await need_shown(session, need), await _may(session, member, own, need, rooms, now)
        )
        for need in fitting.get(call.id, [])
    ]


async def _may(
    session: AsyncSession,
    member: Member,
    own: Expertise | None,
    need: Need,
    rooms: dict[int, int],
    now: datetime,
) -> May:
    if need.member_id == member.id:
        return May.OWN
    if own is None or not own.seeking:
        return May.NOTHING
    match = await matches.pair(session, need.id, own.id)
    if match is not None and await introductions.begun(session, match):
        return May.BEGUN
    room = rooms.get(own.id, own.capacity)
    facts = matchmaker.facts_of(need, own, member.role, room=room, now=now)
    refused = match is not None and match.refused
    return May.NOTHING if refused or room < 1 or not allowed(facts) else May.ASK


async def ask(
    session: AsyncSession,
    network: Network,
    member: Member,
    call_id: int,
    need_id: int,
    *,
    now: datetime,
) -> Introduction:
    """Ask for an introduction to a need that a call fits; raises `Refused`.

    What the member may do is asked anew: the press may be of another day.
    """
    call = await funding.find_here(session, network.id, call_id)
    need = await needs.find(session, network.id, need_id)
    fit = await routing.find_fit(session, call, need_id)
    if need is None or fit is None or not need.seeking:
        raise Refused(NO_LONGER)
    own = await profiles.of_member(session, member)
    if own is None or not own.seeking:
        raise Refused("Offer expertise first: type `/expertise`.")
    rooms = await introductions.rooms(session, network.id)
    may = await _may(session, member, own, need, rooms, now)
    if may is May.BEGUN:
        raise Refused("That has been asked for already. `/matches` shows where it stands.")
    if may is not May.ASK:
        raise Refused("You cannot be introduced to this need just now.")
    match = await matches.pair(session, need.id, own.id)
    if match is None:
        match = await _put_together(session, network, call, need, own, now)
    return await introductions.ask(session, network, match.id, Side.ACADEMIC, member, now=now)


async def _put_together(
    session: AsyncSession,
    network: Network,
    call: FundingCall,
    need: Need,
    own: Expertise,
    now: datetime,
) -> matches.Match:
    """A match that words alone did not make: the reason is the call that fits both."""
    reason = Reason(kind=BY_CALL, share=0.0, value=call.title)
    suggestion = Suggestion(str(own.id), score=0.0, band=Band.POSSIBLE, reasons=(reason,))
    pair = (need.id, own.id)
    kept = await matchmaker.keep(session, network.id, {pair: suggestion}, now=now, matcher=BY_CALL)
    if pair not in kept:
        raise Refused(NO_LONGER)
    return kept[pair]
