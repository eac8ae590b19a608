"""Who reads whom they were introduced to: the two, and only once both said yes."""

from sqlalchemy import select

from registry.disclosure import introduced_to
from registry.introductions import Introduction, IntroductionState
from registry.members import Member
from tests.office import Office
from tests.people import FLOODS, ONE_DATABASE, QUESTION, academic, officer


@ONE_DATABASE
async def test_nobody_else_and_nobody_earlier_reads_to_whom(office: Office) -> None:
    ines, otto = await academic(office), await officer(office)
    await officer(office, "Olga Onlooker")
    await office.registers(ines, FLOODS)
    await office.presses(otto, await office.posts(otto, QUESTION), "introduction.ask")
    read = {}
    async with office.session_factory.begin() as session:
        introduction = (await session.scalars(select(Introduction))).one()
        for state in IntroductionState:
            introduction.state = state
            for member in await session.scalars(select(Member)):
                if found := await introduced_to(session, introduction, member):
                    read[state, member.slack_id] = (found.slack_id, found.organisation)
    assert read == {
        (IntroductionState.ACCEPTED, otto.id): (ines.id, None),
        (IntroductionState.ACCEPTED, ines.id): (otto.id, None),
    }
