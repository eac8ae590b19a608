"""Puts the sample network into an empty Slack and an empty database."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import post_card
from bot.events.deliveries import EVENT
from bot.funding.posting import announce
from bot.installing import SCOPES, keep_installation
from bot.needs.docking import KEPT_BACK
from bot.services import Services
from playground.sample import Sample, SampleMember, load_sample
from playground.sample.drafts import call_draft, event_draft, expertise_draft, need_draft
from playground.slack import Channel, Slack, Team, User
from registry import docking, events, expertise, funding, matchmaker, needs, outbox
from registry.members import Member, Organisation, member_of, organisation_named
from registry.networks import Network, Purpose, Workspace, choose_channel, workspace_of_team
from registry.outbox import Lane

MAIN = "Four Nations Partnership"
UNIVERSITIES = "Universities of the Four Nations"
ELSEWHERE = "Islands Research Circle"
LONDON = ZoneInfo("Europe/London")
LOOK_ROUND = timedelta(minutes=1)  # so that nothing is posted while somebody reads the first page


async def seed(services: Services, slack: Slack) -> None:
    """Two workspaces that share the sample network, and a small one with a network of its own."""
    sample = load_sample()
    main = slack.add_team(MAIN, SCOPES)
    far = slack.add_team(UNIVERSITIES, SCOPES)
    users = {
        one.key: _user(slack, far if one.workspace != "main" else main, one)
        for one in sample.members
    }
    await _install(services, main, users[sample.tour.admin])
    await _install(services, far, None)
    channels = _channels(slack, main, users, sample)
    async with services.session_factory.begin() as session:
        outbox.enter(session, Lane.BULK)
        await _fill(session, services, sample, (main, far), users, channels)
    await _elsewhere(services, slack)
    services.wake.set()


def _user(slack: Slack, team: Team, one: SampleMember) -> User:
    return slack.add_user(team, one.name, title=one.title, email=one.email)


async def _install(services: Services, team: Team, installer: User | None) -> None:
    await keep_installation(
        services,
        team_id=team.id,
        team_name=team.name,
        bot_user_id=team.bot_user_id,
        bot_token=team.token,
        installer=installer.id if installer else None,
    )


def _channels(
    slack: Slack, team: Team, users: dict[str, User], sample: Sample
) -> dict[Purpose, Channel]:
    here = [user for user in users.values() if user.team_id == team.id]
    chosen = {sample.tour.admin, *(one.docking for one in sample.organisations)}
    admins = [user for key, user in users.items() if key in chosen and user.team_id == team.id]
    slack.add_channel(team, "general", here, kind="public", purpose="Everybody in the partnership")
    return {
        Purpose.DIGEST: slack.add_channel(
            team, "partnership-admins", admins, purpose="The people who look after the network"
        ),
        Purpose.FUNDING: slack.add_channel(
            team, "funding", here, kind="public", purpose="Calls that are open"
        ),
        Purpose.EVENTS: slack.add_channel(
            team, "events", here, kind="public", purpose="What is coming"
        ),
    }


async def _fill(
    session: AsyncSession,
    services: Services,
    sample: Sample,
    teams: tuple[Team, Team],
    users: dict[str, User],
    channels: dict[Purpose, Channel],
) -> None:
    now = services.clock.now()
    main = await _workspace(session, teams[0])
    far = await _workspace(session, teams[1])
    network = await session.get_one(Network, main.network_id)
    network.created_at = now - timedelta(days=60)
    far.network_id = network.id
    for purpose, channel in channels.items():
        await choose_channel(session, main, purpose, channel.id)
    organisations = {
        one.key: await _organisation(session, network, one.name, one.place)
        for one in sample.organisations
    }
    members = {}
    for one in sample.members:
        workspace = main if one.workspace == "main" else far
        organisation = organisations[one.organisation]
        members[one.key] = await _member(session, workspace, users[one.key], one, organisation, now)
    for one_ in sample.organisations:
        organisations[one_.key].docking_member_id = members[one_.docking].id
    await _expertise(session, sample, members, now)
    await _needs(session, sample, members, now)
    await _calendar(session, sample, members[sample.tour.admin], now)


async def _workspace(session: AsyncSession, team: Team) -> Workspace:
    workspace = await workspace_of_team(session, team.id)
    if workspace is None:
        raise LookupError(team.id)
    return workspace


async def _organisation(
    session: AsyncSession, network: Network, name: str, place: str
) -> Organisation:
    organisation = await organisation_named(session, network.id, name)
    organisation.place = place
    return organisation


async def _member(
    session: AsyncSession,
    workspace: Workspace,
    user: User,
    one: SampleMember,
    organisation: Organisation,
    now: datetime,
) -> Member:
    member = await member_of(session, workspace, user.id, now=now)
    member.role, member.organisation_id = one.role, organisation.id
    member.place, member.is_admin = organisation.place, one.admin
    await session.flush()
    return member


async def _expertise(
    session: AsyncSession, sample: Sample, members: dict[str, Member], now: datetime
) -> None:
    for one in sample.expertise:
        draft = expertise_draft(one)
        await expertise.save(session, members[one.member], draft, now=now)


async def _needs(
    session: AsyncSession, sample: Sample, members: dict[str, Member], now: datetime
) -> None:
    today = now.astimezone(LONDON).date()
    for number, one in enumerate(sample.needs):
        need, _ = await needs.add(
            session,
            members[one.member],
            need_draft(one, today),
            form=f"sample-{number}",
            now=now,
            today=today,
        )
        await matchmaker.look_for(session, need, now=now)
        point = await docking.own_point(session, need)
        if not need.shared and point is not None:
            to = point.member_id
            await post_card(session, need.network_id, KEPT_BACK, need.id, member_id=to, now=now)


async def _calendar(session: AsyncSession, sample: Sample, member: Member, now: datetime) -> None:
    """The calls and events, as `member` added them, posted once whoever came has had a look."""
    today, soon = now.astimezone(LONDON).date(), now + LOOK_ROUND
    network = await session.get_one(Network, member.network_id)
    for number, one in enumerate(sample.calls):
        form, draft = f"sample-{number}", call_draft(one, today)
        call, _ = await funding.add(session, network, member, draft, form=form, now=now)
        await announce(session, call, now=now, due_at=soon)
    for number, one_ in enumerate(sample.events):
        form, meeting = f"sample-{number}", event_draft(one_, today)
        event, _ = await events.add(session, member, meeting, form=form, now=now)
        to = Purpose.EVENTS
        await post_card(session, network.id, EVENT, event.id, purpose=to, now=now, due_at=soon)


async def _elsewhere(services: Services, slack: Slack) -> None:
    """A network of its own: nothing of it is ever seen in the other."""
    team = slack.add_team(ELSEWHERE, SCOPES)
    people = [
        ("Una Skerryvore", "officer", "Skerry Islands Council", "S12000023"),
        ("Magnus Holmgarth", "academic", "Skerry College", "S12000023"),
        ("Freya Northlight", "broker", "Skerry College", "S12000023"),
        ("Bram Sandray", "academic", "Skerry College", "S12000023"),
    ]
    users = [
        slack.add_user(team, name, title=role.capitalize(), email=f"{number}@skerry.example")
        for number, (name, role, _, _) in enumerate(people)
    ]
    slack.add_channel(team, "general", users, kind="public")
    await _install(services, team, users[2])
    async with services.session_factory.begin() as session:
        workspace = await _workspace(session, team)
        network = await session.get_one(Network, workspace.network_id)
        for user, (name, role, organisation, place) in zip(users, people, strict=True):
            found = await _organisation(session, network, organisation, place)
            one = SampleMember("", name, "", role, "", admin=role == "broker")
            await _member(session, workspace, user, one, found, services.clock.now())
