from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest.views import digest_message
from registry.digest import Digest, Introductions, Listing, Pair, Usefulness
from registry.disclosure import NeedShown, ProfileShown
from registry.events import Event
from registry.funding import FundingCall
from registry.networks import Channel, Network

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_need(**more: Any) -> NeedShown:
    values: dict[str, Any] = {
        "id": 1,
        "question": "Which streets flood first?",
        "where": "Hartlepool",
        "council": "Ambleby Council",
        "background": "not told here",
        "needed_by": date(2026, 4, 1),
        "outputs": (),
        "offers": (),
        "money": None,
        **more,
    }
    return NeedShown(**values)


def a_profile(shown_as: str = "a university in Wales") -> ProfileShown:
    return ProfileShown(id=1, shown_as=shown_as, outputs=(), how_soon=None)


def a_digest(**more: Any) -> Digest:
    values: dict[str, Any] = {
        "network": Network(id=1, name="Tide & Tarn", time_zone="Europe/London", created_at=NOW),
        "since": NOW,
        "until": NOW,
        "dead_letters": 0,
        "stopped": (),
        "new_needs": Listing(),
        "pairs": Listing(),
        "nobody_fits": Listing(),
        "introductions": Introductions(),
        "calls": Listing(),
        "events": Listing(),
        "unserved": Listing(),
        **more,
    }
    return Digest(**values)


def told(digest: Digest) -> list[str]:
    """What each block says."""
    return [
        block["text"]["text"] if "text" in block else block["elements"][0]["text"]
        for block in digest_message(digest).blocks
        if block["type"] in ("header", "section", "context")
    ]


def test_an_empty_week_says_so_in_one_line() -> None:
    assert told(a_digest()) == [
        "Tide & Tarn: the week to 2 March 2026",
        "A quiet week: nothing new, and nothing coming up.",
        "Nobody is named here. `/network help` lists what admins can do.",
    ]


def test_the_whole_week() -> None:
    call = FundingCall(title="Coast <fund>", link="https://fund.example/a?b=1&c=2", closes=NOW)
    event = Event(title="Tea & data", link=None, starts=NOW)
    _, *parts, _ = told(
        a_digest(
            new_needs=Listing((a_need(),), 4),
            pairs=Listing((Pair(a_need(), a_profile(), "strong"),)),
            nobody_fits=Listing((a_need(council=None, where="Wales", needed_by=None),)),
            introductions=Introductions(3, 2, 1),
            calls=Listing((call,)),
            events=Listing((event,)),
            unserved=Listing(("E06000001", "E06000002"), 3),
        )
    )
    moment = "<!date^1772442000^{date_short_pretty}, {time}|Mon 2 Mar, 09:00>"
    university = "_a university in Wales_"
    question = "Which streets flood first?"
    link = "<https://fund.example/a?b=1&amp;c=2|Coast &lt;fund&gt;>"
    assert parts == [
        f"*New needs*\n• {question} _(Ambleby Council, by 1 April 2026)_\n_and 4 more_",
        f"*Pairs of the week*\n• {question} _(Ambleby Council)_ and {university}: strong match",
        f"*Needs that nobody fits yet*\n• {question} _(a council in Wales)_",
        "*Introductions*\n3 were asked for, 2 were agreed by both sides and 1 led to a meeting.",
        f"*Calls closing soon*\n• {link}, closes {moment}",
        f"*Events coming up*\n• Tea &amp; data, {moment}",
        "*Places with no need and no expertise*\nHartlepool, Middlesbrough and 3 more",
    ]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (Introductions(1, 0, 0), "1 was asked for."),
        (Introductions(2, 0, 0), "2 were asked for."),
        (Introductions(0, 1, 0), "1 was agreed by both sides."),
        (Introductions(2, 0, 1), "2 were asked for and 1 led to a meeting."),
    ],
)
def test_of_introductions_only_what_happened_is_told(numbers: Introductions, said: str) -> None:
    assert told(a_digest(introductions=numbers))[1] == f"*Introductions*\n{said}"


def test_of_answers_about_events_only_those_that_were_given_are_told() -> None:
    assert told(a_digest(useful=Usefulness(2, 0, 1)))[1].endswith("\n2 useful and 1 not useful.")


def test_what_an_admin_must_look_at_comes_first() -> None:
    stopped = Channel(purpose="funding", slack_id="C0GONE", stopped_because="is_archived")
    digest = a_digest(dead_letters=2, stopped=(stopped,), new_needs=Listing((a_need(),)))
    _, first, second, *_ = told(digest)
    assert first == (
        "*For you to look at*\n"
        "• Funding calls: I cannot post in its channel any more.\n"
        "• 2 things could not be delivered: `/network errors` shows what."
    )
    assert second.startswith("*New needs*")
    [press] = [one for one in digest_message(digest).blocks if one["type"] == "actions"]
    assert press["elements"][0]["action_id"] == "network.channels"


def test_a_dead_letter_alone_needs_no_button() -> None:
    blocks = digest_message(a_digest(dead_letters=1)).blocks
    assert "1 thing could not be delivered" in told(a_digest(dead_letters=1))[1]
    assert all(block["type"] != "actions" for block in blocks)


def test_a_link_that_could_break_out_of_its_place_is_left_out() -> None:
    call = FundingCall(title="Fund", link="https://fund.example/|<!channel>", closes=None)
    [_, part, _] = told(a_digest(calls=Listing((call,))))
    assert part == "*Calls closing soon*\n• Fund"


def test_a_question_of_several_lines_stays_on_its_own() -> None:
    [_, part, _] = told(a_digest(new_needs=Listing((a_need(question="One?\n• Two?"),))))
    assert part.splitlines()[1:] == ["• One? • Two? _(Ambleby Council, by 1 April 2026)_"]


awkward = st.text(alphabet="&<>|*_` aé\n", max_size=600)


@settings(deadline=None)  # a machine may be busy
@given(question=awkward, council=awkward, title=awkward, link=awkward, name=awkward)
def test_however_long_it_is_it_fits(
    question: str, council: str, title: str, link: str, name: str
) -> None:
    need = a_need(question=question, council=council, where=council)
    call = FundingCall(title=title, link=f"https://{link}", closes=NOW)
    event = Event(title=title, link=f"https://{link}", starts=NOW)
    network = Network(id=1, name=name, time_zone="Europe/London", created_at=NOW)
    message = digest_message(
        a_digest(
            network=network,
            new_needs=Listing((need,) * 5, 400),
            pairs=Listing((Pair(need, a_profile(council), "good"),) * 5, 400),
            nobody_fits=Listing((need,) * 5, 400),
            calls=Listing((call,) * 5, 400),
            events=Listing((event,) * 5, 400),
            unserved=Listing(("E06000001",) * 15, 400),
        )
    )
    assert len(message.blocks) <= 50
    assert message.text
    for block in message.blocks:
        if block["type"] == "section":
            assert 1 <= len(block["text"]["text"]) <= 3000
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
