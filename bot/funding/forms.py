"""The forms around funding calls: the call itself, its needs, alerts, reminders, channels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.admin.views import conversation_menu
from bot.blocks import (
    Block,
    checkboxes,
    input_block,
    modal,
    option,
    options,
    section,
    select,
    text_input,
)
from bot.fields import day_field, link_field, text_field, time_field
from bot.funding.views import amount_line
from bot.text import cut, quoted
from registry.funding import (
    END_OF_DAY,
    LONGEST_AMOUNT,
    LONGEST_FUNDER,
    LONGEST_TITLE,
    FundingCall,
)
from registry.funding_channels import ChannelRule
from registry.funding_marks import MOST_A_WEEK, Level, Wish
from registry.needs import Need

CALLBACK = "funding.submit"
SHARE = "funding.share_to"
ALERTS = "funding.choose_alerts"
SETTINGS = "funding.choose_settings"
RULE = "funding.choose_rule"
MOST_NEEDS = 100
LEVELS = {
    Level.STRONG: "Strong fits only",
    Level.GOOD: "Strong and good fits",
    Level.OFF: "None",
}


def call_form(call: FundingCall | None = None, zone: ZoneInfo | None = None) -> Block:
    """The form for a new call, or with one that was added by hand."""
    return modal(
        "Change a funding call" if call else "Add a funding call",
        [*_what(call), *_when(call, zone), *_more(call)],
        callback_id=CALLBACK,
        submit="Save" if call else "Add",
        metadata=str(call.id) if call else "",
    )


def _what(call: FundingCall | None) -> list[Block]:
    title, funder = (call.title, call.funder) if call else ("", "")
    return [
        text_field("title", "Title", most=LONGEST_TITLE, initial=title),
        text_field("funder", "Funder", most=LONGEST_FUNDER, initial=funder),
        link_field("link", "Link", (call.link or "") if call else ""),
    ]


def _when(call: FundingCall | None, zone: ZoneInfo | None) -> list[Block]:
    opens = _local(call.opens, zone) if call else None
    closes = _local(call.closes, zone) if call else None
    at = closes.time() if closes else None
    whole_day = at is not None and (at.hour, at.minute) == (END_OF_DAY.hour, END_OF_DAY.minute)
    return [
        day_field("opens", "Opens", opens, optional=True),
        day_field(
            "closes",
            "Closes",
            closes,
            hint="Leave it empty if it has no closing day.",
            optional=True,
        ),
        time_field(
            "closes_at",
            "Closing time",
            None if whole_day else at,
            hint="Without one, it closes at the end of that day.",
            optional=True,
        ),
    ]


def _more(call: FundingCall | None) -> list[Block]:
    return [
        text_field(
            "amount",
            "How much",
            most=LONGEST_AMOUNT,
            initial=amount_line(call) if call else "",
            placeholder="up to £250,000",
            hint="What one applicant can get, in £, € or $. Leave it empty if it is not said.",
            optional=True,
        ),
        text_field(
            "themes",
            "Themes",
            most=300,
            initial=", ".join(call.themes) if call else "",
            placeholder="flooding, high streets",
            hint="With commas between.",
            optional=True,
        ),
    ]


def _local(at: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    return at.astimezone(zone) if at is not None else None


def share_form(call: FundingCall, needs: Sequence[Need], noted: Collection[int]) -> Block:
    """On which of one's own open needs a call is noted."""
    choices = options((str(need.id), cut(need.question, 75)) for need in needs[:MOST_NEEDS])
    menu: Block = {
        "type": "multi_static_select",
        "action_id": "needs",
        "placeholder": {"type": "plain_text", "text": "Choose one of your needs"},
        "options": choices,
    }
    chosen = [one for one in choices if int(one["value"]) in noted]
    if chosen:
        menu["initial_options"] = chosen
    return modal(
        "Share to a need",
        [
            section(f"*{quoted(call.title, 250)}*\nIt is noted on your need's card."),
            input_block("needs", "Your open needs", menu, optional=True),
        ],
        callback_id=SHARE,
        submit="Save",
        metadata=str(call.id),
    )


def alerts_form(wish: Wish) -> Block:
    """Which direct messages about calls a person wants."""
    return modal(
        "My alerts",
        [
            section(
                "*Direct messages about funding calls* that fit your open needs or your expertise. "
                "Each call comes once."
            ),
            input_block(
                "level",
                "Which calls?",
                select("level", options(LEVELS.items()), "Choose one", initial=wish.level),
            ),
            input_block(
                "a_week",
                "At most how many in seven days?",
                select(
                    "a_week",
                    [option(str(one), str(one)) for one in range(1, MOST_A_WEEK + 1)],
                    "Choose a number",
                    initial=str(wish.a_week),
                ),
            ),
        ],
        callback_id=ALERTS,
        submit="Save",
    )


def settings_form(days: Sequence[int]) -> Block:
    """When the network is reminded of a call that closes."""
    return modal(
        "Funding settings",
        [
            input_block(
                "reminders",
                "Days before the closing",
                text_input("reminders", most=60, initial=", ".join(map(str, days))),
                hint="The channel, and everybody who saved the call, are reminded so many days "
                "before. With commas between; empty for no reminders.",
                optional=True,
            )
        ],
        callback_id=SETTINGS,
        submit="Save",
    )


def rule_form(rule: ChannelRule | None) -> Block:
    """Which calls a channel gets."""
    return modal(
        "A channel for calls",
        [
            input_block(
                "channel",
                "Channel",
                conversation_menu("channel", initial=rule.slack_id if rule else None),
                hint="Invite @Docking Point to it first.",
            ),
            text_field(
                "themes",
                "Themes",
                most=300,
                initial=", ".join(rule.themes) if rule else "",
                placeholder="flooding, high streets",
                hint="A call with any of them is posted. Empty for all themes.",
                optional=True,
            ),
            text_field(
                "least",
                "Calls of at least",
                most=20,
                initial=_plain(rule.least if rule else None),
                hint="Such as £10,000.",
                optional=True,
            ),
            text_field(
                "most",
                "Calls of at most",
                most=20,
                initial=_plain(rule.most if rule else None),
                optional=True,
            ),
            input_block(
                "unstated",
                "Calls that state no amount in pounds",
                checkboxes(
                    "unstated",
                    [option("Post them as well", "yes")],
                    ("yes",) if rule is None or rule.unstated else (),
                ),
                optional=True,
            ),
        ],
        callback_id=RULE,
        submit="Save",
    )


def _plain(amount: int | None) -> str:
    return "" if amount is None else f"£{amount:,}"
