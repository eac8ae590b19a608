"""Which channel gets which calls, and what was posted where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from feeds.amounts import Currency, read_amount
from matching.words import terms
from registry.database import Base
from registry.funding import MOST_THEMES, FundingCall, gives, has_theme
from registry.networks import Purpose, Workspace, channel_for
from registry.refusal import Refused

MOST_RULES = 20


class ChannelRule(Base):
    """A channel that gets the calls of some themes and amounts.

    themes: any of them; none means all. least, most: in whole pounds. unstated: also the calls
    that state no amount in pounds.
    """

    __tablename__ = "funding_channels"
    __table_args__ = (UniqueConstraint("network_id", "workspace_id", "slack_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slack_id: Mapped[str]
    themes: Mapped[list[str]]
    least: Mapped[int | None] = mapped_column(BigInteger)
    most: Mapped[int | None] = mapped_column(BigInteger)
    unstated: Mapped[bool] = mapped_column(default=True)
    stopped_because: Mapped[str | None]

    def takes(self, call: FundingCall) -> bool:
        """Whether a call is for this channel."""
        about = not self.themes or any(is_about(call, theme) for theme in self.themes)
        return about and gives(call, self.least, self.most, unstated=self.unstated)


class Post(Base):
    """One message in one channel about several calls. feed_id: whose first reading it tells of."""

    __tablename__ = "funding_posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("funding_feeds.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class PostedCall(Base):
    """A call in such a message, and why it is in it: its news, or "closing"."""

    __tablename__ = "funding_posted_calls"
    __table_args__ = (UniqueConstraint("post_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("funding_posts.id", ondelete="CASCADE"))
    call_id: Mapped[int] = mapped_column(
        ForeignKey("funding_calls.id", ondelete="CASCADE"), index=True
    )
    why: Mapped[str]


CLOSING = "closing"


def is_about(call: FundingCall, theme: str) -> bool:
    """Whether a theme is one of the call's, or all of its words stand in the call's text."""
    stems = terms(theme).keys()
    text = " ".join([call.title, call.summary or "", *call.themes])
    return has_theme(call, theme) or (bool(stems) and stems <= terms(text).keys())


@dataclass(frozen=True)
class Destination:
    """A channel that gets calls. default: the network's own choice for funding."""

    workspace_id: int
    slack_id: str
    default: bool
    rule: ChannelRule | None

    def takes(self, call: FundingCall) -> bool:
        return self.rule is None or self.rule.takes(call)


async def destinations(session: AsyncSession, network_id: int) -> list[Destination]:
    """Where calls are posted: the default channel gets all unless it has a rule of its own."""
    chosen = await channel_for(session, network_id, Purpose.FUNDING)
    rules_here = [rule for rule in await rules(session, network_id) if not rule.stopped_because]
    found = [
        Destination(rule.workspace_id, rule.slack_id, default=False, rule=rule)
        for rule in rules_here
        if chosen is None
        or (rule.workspace_id, rule.slack_id) != (chosen.workspace_id, chosen.slack_id)
    ]
    if chosen is None:
        return found
    at = (chosen.workspace_id, chosen.slack_id)
    own = next((one for one in rules_here if (one.workspace_id, one.slack_id) == at), None)
    return [Destination(*at, default=True, rule=own), *found]


async def rules(session: AsyncSession, network_id: int) -> list[ChannelRule]:
    """The network's rules, the oldest first."""
    stmt = select(ChannelRule).where(ChannelRule.network_id == network_id)
    return list(await session.scalars(stmt.order_by(ChannelRule.id)))


async def find_rule(session: AsyncSession, network_id: int, rule_id: int) -> ChannelRule | None:
    """A rule of this network; one of another is as if not there."""
    return await session.scalar(
        select(ChannelRule).where(ChannelRule.network_id == network_id, ChannelRule.id == rule_id)
    )


@dataclass(frozen=True)
class RuleDraft:
    """A rule as the form gives it, not yet checked. slack_id: None where no channel was chosen."""

    slack_id: str | None
    themes: tuple[str, ...]
    least: str
    most: str
    unstated: bool


@dataclass(frozen=True)
class Limits:
    """A rule's amounts in whole pounds."""

    least: int | None
    most: int | None


def check_rule(draft: RuleDraft) -> Limits:
    """The amounts; raises `Refused` with words beside each field that cannot be taken."""
    wrong: dict[str, str] = {}
    if draft.slack_id is None:
        wrong["channel"] = "Please choose a channel."
    if len(draft.themes) > MOST_THEMES:
        wrong["themes"] = f"Please give at most {MOST_THEMES} themes."
    limits: dict[str, int | None] = {"least": None, "most": None}
    for name, written in (("least", draft.least), ("most", draft.most)):
        amount = read_amount(written) if written.strip() else None
        if not written.strip():
            continue
        if amount is None or amount.currency is not Currency.GBP:
            wrong[name] = "Please write an amount above nothing in pounds, such as £5,000."
        else:
            limits[name] = amount.most if amount.most is not None else amount.least
    least, most = limits["least"], limits["most"]
    if not wrong and least is not None and most is not None and least > most:
        wrong["most"] = "That is less than the other amount."
    if wrong:
        raise Refused(fields=wrong)
    return Limits(least, most)


async def keep_rule(session: AsyncSession, workspace: Workspace, draft: RuleDraft) -> ChannelRule:
    """Give a channel of this workspace a rule, in place of the one it had; raises `Refused`."""
    limits = check_rule(draft)
    known = await rules(session, workspace.network_id)
    at = (workspace.id, draft.slack_id)
    rule = next((one for one in known if (one.workspace_id, one.slack_id) == at), None)
    if rule is None:
        if len(known) >= MOST_RULES:
            raise Refused(
                fields={"channel": f"There are {MOST_RULES} channels already. Remove one first."}
            )
        rule = ChannelRule(
            network_id=workspace.network_id, workspace_id=workspace.id, slack_id=draft.slack_id
        )
        session.add(rule)
    rule.themes, rule.unstated = list(draft.themes), draft.unstated
    rule.least, rule.most = limits.least, limits.most
    rule.stopped_because = None
    await session.flush()
    return rule


async def remove_rule(session: AsyncSession, network_id: int, rule_id: int) -> bool:
    """Post no more calls to a channel by that rule; False where it was gone."""
    stmt = delete(ChannelRule).where(
        ChannelRule.network_id == network_id, ChannelRule.id == rule_id
    )
    return (await session.scalar(stmt.returning(ChannelRule.id))) is not None


async def stop_rule(
    session: AsyncSession, network_id: int, at: tuple[int, str], because: str
) -> ChannelRule | None:
    """Post nothing more to a channel that Slack refuses; the rule, where that is news."""
    rule = await session.scalar(
        select(ChannelRule).where(
            ChannelRule.network_id == network_id,
            ChannelRule.workspace_id == at[0],
            ChannelRule.slack_id == at[1],
            ChannelRule.stopped_because.is_(None),
        )
    )
    if rule is not None:
        rule.stopped_because = because
    return rule


async def leave(session: AsyncSession, workspace: Workspace) -> None:
    """Forget the rules of a workspace's channels."""
    await session.execute(delete(ChannelRule).where(ChannelRule.workspace_id == workspace.id))


# What was posted


async def begin_post(
    session: AsyncSession,
    network_id: int,
    calls: Sequence[tuple[FundingCall, str]],
    *,
    now: datetime,
    feed_id: int | None = None,
) -> Post:
    """A message about these calls, each with the reason why it is in it."""
    post = Post(network_id=network_id, feed_id=feed_id, at=now)
    session.add(post)
    await session.flush()
    session.add_all(PostedCall(post_id=post.id, call_id=call.id, why=why) for call, why in calls)
    await session.flush()
    return post


async def find_post(session: AsyncSession, network_id: int, post_id: int) -> Post | None:
    """A message of this network; one of another is as if not there."""
    return await session.scalar(
        select(Post).where(Post.network_id == network_id, Post.id == post_id)
    )


async def posted_calls(session: AsyncSession, post: Post) -> list[tuple[FundingCall, str]]:
    """The calls of a message in their order, with the reason for each."""
    stmt = (
        select(FundingCall, PostedCall.why)
        .join(PostedCall, PostedCall.call_id == FundingCall.id)
        .where(PostedCall.post_id == post.id)
        .order_by(PostedCall.id)
    )
    return [(call, why) for call, why in await session.execute(stmt)]


async def posts_with(session: AsyncSession, network_id: int, call_ids: Sequence[int]) -> list[int]:
    """The messages that are about any of these calls."""
    stmt = (
        select(PostedCall.post_id)
        .join(Post, Post.id == PostedCall.post_id)
        .where(Post.network_id == network_id, PostedCall.call_id.in_(call_ids))
        .distinct()
        .order_by(PostedCall.post_id)
    )
    return list(await session.scalars(stmt))
