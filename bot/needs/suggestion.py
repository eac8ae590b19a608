"""One candidate for a need, as the officer sees it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import Block, actions, button, context, options, section, select
from bot.cards import refresh_cards
from bot.introductions.views import STATES, profile_lines, withdraw_button
from bot.matches.views import reasons_line
from bot.words import BANDS
from registry import matches
from registry.disclosure import ShownState
from registry.expertise import Expertise
from registry.matches import NOT_FIT, Match
from registry.suggestions import SuggestionShown

CARD = "need"
NEWS = "need_news"
LAPSED = "need.lapsed"


async def refresh_suggestion(session: AsyncSession, match: Match, *, now: datetime) -> None:
    """Bring the officer's cards that show the match up to date."""
    await refresh_cards(session, match.network_id, CARD, match.need_id, now=now)
    if match.told_on is not None and match.in_news:
        await refresh_cards(session, match.network_id, NEWS, match.told_on.toordinal(), now=now)


async def refresh_suggestions_of(
    session: AsyncSession, expertise: Expertise, *, now: datetime
) -> None:
    """The same for every need that the profile is suggested for."""
    for match in await matches.of_expertise(session, expertise.id):
        await refresh_suggestion(session, match, now=now)


def suggestion_blocks(suggestion: SuggestionShown) -> list[Block]:
    """Band, who as far as shown, true reasons, where it stands, and what can be pressed."""
    lines = [f"_{BANDS[suggestion.band]}_", profile_lines(suggestion.profile)]
    lines.append(reasons_line(suggestion.reasons))
    blocks = [section("\n".join(line for line in lines if line))]
    if suggestion.state is not None:
        blocks.append(context(STATES[suggestion.state]))
    buttons = _buttons(suggestion)
    if buttons:
        blocks.append(actions(buttons, block_id=f"match-{suggestion.match_id}"))
    return blocks


def _buttons(suggestion: SuggestionShown) -> list[Block]:
    value = str(suggestion.match_id)
    if suggestion.state is None:
        return [
            button("Ask for an introduction", "introduction.ask", value, style="primary"),
            select(
                "match.not_fit",
                options((f"{value}:{reason}", words) for reason, words in NOT_FIT.items()),
                "Not a fit",
            ),
        ]
    if suggestion.state is ShownState.WAITING and suggestion.introduction_id is not None:
        return [withdraw_button(suggestion.introduction_id)]
    return []
