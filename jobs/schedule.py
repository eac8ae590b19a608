"""Every job: when it comes round and what it does. Adding one is adding a line."""

from datetime import time

from jobs import calendars, events, funding, introductions
from jobs.digest import post_digest
from jobs.members import refresh_zones
from jobs.needs import ask_if_still_open, tell_of_newcomers
from jobs.priorities import group_needs
from jobs.purge import purge
from jobs.slots import Daily, Hourly, Job, Weekly, not_on_sunday
from registry import digest

JOBS: tuple[Job, ...] = (
    Job("purge", Daily(time(4)), purge, everywhere=True),
    Job("time_zones", Daily(time(5)), refresh_zones),
    Job("need_dates", Daily(time(8)), ask_if_still_open),
    Job("priorities", Daily(time(8)), group_needs),
    Job(digest.JOB, Weekly(digest.AT), post_digest),
    Job("need_news", Daily(time(9, 30), on=not_on_sunday), tell_of_newcomers),
    Job("funding_post", Daily(time(10)), funding.post_calls),
    Job("feeds", Hourly(), funding.read_feeds),
    Job("events_post", Daily(time(10)), calendars.post_news),
    Job("calendars", Hourly(), calendars.read_calendars),
    Job("saved_reminders", Hourly(), funding.remind_savers),
    Job("event_reminders", Hourly(), events.remind),
    Job("events_useful", Hourly(), events.ask_if_useful),
    *(Job(work.__name__, Hourly(), work) for work in introductions.HOURLY),
)
