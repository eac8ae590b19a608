"""Rows put straight into one network, for tests of what is read out of them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from matching.allocation import allocate
from registry import allocations, runs
from registry.digest import JOB
from registry.expertise import Expertise
from registry.introductions import Introduction
from registry.matches import Match
from registry.members import Member, Organisation, Role
from registry.needs import Need, Visibility
from registry.networks import Network, Workspace
from registry.runs import Run

HARTLEPOOL, MIDDLESBROUGH, DARLINGTON = "E06000001", "E06000002", "E06000005"
TEES_VALLEY, WALES, CARDIFF = "E47000006", "W92000004", "W06000015"


class Town:
    """Puts rows into one network."""

    def __init__(self, session: AsyncSession, network: Network, workspace: Workspace) -> None:
        self.session, self.network, self.workspace = session, network, workspace
        self.numbers = count(1)

    async def add(self, row: Any) -> Any:
        self.session.add(row)
        await self.session.flush()
        return row

    async def member(self, organisation: str, place: str, role: Role, at: datetime) -> Member:
        body = await self.add(
            Organisation(
                network_id=self.network.id,
                name=organisation,
                folded_name=organisation.casefold(),
                place=place,
            )
        )
        found: Member = await self.add(
            Member(
                network_id=self.network.id,
                workspace_id=self.workspace.id,
                slack_id=f"U{next(self.numbers):06}",
                role=role,
                organisation_id=body.id,
                place=place,
                created_at=at,
            )
        )
        return found

    async def need(self, officer: Member, question: str, at: datetime, **more: Any) -> Need:
        values: dict[str, Any] = {
            "places": [officer.place],
            "background": "",
            "outputs": ["conversation"],
            "offers": [],
            "visibility": Visibility.NETWORK,
            "created_at": at,
            "updated_at": at,
            **more,
        }
        found: Need = await self.add(
            Need(
                network_id=self.network.id,
                member_id=officer.id,
                form=f"V{next(self.numbers)}",
                question=question,
                **values,
            )
        )
        return found

    async def expertise(self, academic: Member, at: datetime, **more: Any) -> Expertise:
        values: dict[str, Any] = {"places": [], "shown_as": "a university in Wales", **more}
        found: Expertise = await self.add(
            Expertise(
                network_id=self.network.id,
                member_id=academic.id,
                summary="Flood models",
                topics=[],
                methods=[],
                outputs=[],
                links=[],
                created_at=at,
                updated_at=at,
                **values,
            )
        )
        return found

    async def match(self, need: Need, expertise: Expertise, score: float, **more: Any) -> Match:
        values: dict[str, Any] = {"band": "strong", **more}
        found: Match = await self.add(
            Match(
                network_id=self.network.id,
                need_id=need.id,
                expertise_id=expertise.id,
                score=score,
                reasons=[],
                matcher="test",
                suggested_at=need.created_at,
                **values,
            )
        )
        return found

    async def introduction(self, match: Match, asked_at: datetime, **more: Any) -> Introduction:
        found: Introduction = await self.add(
            Introduction(
                network_id=self.network.id,
                match_id=match.id,
                need_id=match.need_id,
                expertise_id=match.expertise_id,
                asked_by="officer",
                asked_at=asked_at,
                answer_by=asked_at + timedelta(days=7),
                **more,
            )
        )
        return found

    async def fires(self, now: datetime) -> Run:
        """A firing of the digest, with its pairs."""
        slot = f"slot {next(self.numbers)}"
        await runs.start(self.session, self.network.id, JOB, slot, due_at=now, now=now)
        run = await runs.newest(self.session, self.network.id, JOB)
        drawn = await allocations.inputs(self.session, self.network.id, now)
        chosen = allocate(drawn.candidates, drawn.room, drawn.served)
        await allocations.keep(self.session, run, chosen, drawn)
        return run
