"""The sample as its people would have typed it into the forms, on the day it is loaded."""

from datetime import date, timedelta

from playground.sample import SampleCall, SampleEvent, SampleExpertise, SampleNeed
from registry.events import EventDraft
from registry.expertise import ExpertiseDraft
from registry.funding import CallDraft
from registry.needs import NeedDraft

SATURDAY = 5
CLOSES_AT = "17:00"
TIME_ZONE = "Europe/London"


def working_day(today: date, days: int) -> date:
    """The day so many days from today, or the Monday after it where that is a weekend."""
    day = today + timedelta(days=days)
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def need_draft(one: SampleNeed, today: date) -> NeedDraft:
    """A need, to be decided on a working day."""
    days = one.needed_in_days
    return NeedDraft(
        question=one.question,
        places=tuple(one.places),
        needed_by=None if days is None else working_day(today, days),
        background=one.background,
        outputs=tuple(one.outputs),
        offers=tuple(one.offers),
        money=one.money,
        visibility=one.visibility,
        hide_council=one.hide_council,
    )


def expertise_draft(one: SampleExpertise) -> ExpertiseDraft:
    """A profile; what others see of it before an introduction is left as the form fills it."""
    return ExpertiseDraft(
        summary=one.summary,
        publications=tuple(one.publications),
        topics=tuple(one.topics),
        methods=tuple(one.methods),
        places=tuple(one.places),
        outputs=tuple(one.outputs),
        how_soon=one.how_soon,
        least_money=one.least_money,
    )


def call_draft(one: SampleCall, today: date) -> CallDraft:
    """A call that opens and closes on working days."""
    return CallDraft(
        title=one.title,
        funder=one.funder,
        link=one.link,
        opens=working_day(today, one.opens_in_days),
        closes=working_day(today, one.closes_in_days),
        closes_at=CLOSES_AT,
        themes=tuple(one.themes),
        amount=one.amount,
    )


def event_draft(one: SampleEvent, today: date) -> EventDraft:
    """An event that begins and ends on one working day."""
    return EventDraft(
        title=one.title,
        day=working_day(today, one.starts_in_days),
        starts_at=f"{one.hour:02}:00",
        end_day=None,
        ends_at=f"{one.hour + one.hours:02}:00",
        time_zone=TIME_ZONE,
        place=one.place,
        link=one.link,
    )
