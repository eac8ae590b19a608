from datetime import time

from jobs.schedule import JOBS
from jobs.slots import Daily, Weekly


def test_no_job_lies_in_the_hours_that_clock_changes_double_or_drop() -> None:
    times = {job.name: job.rhythm.at for job in JOBS if isinstance(job.rhythm, Daily | Weekly)}
    assert times
    assert {name: at for name, at in times.items() if time(1) <= at < time(3)} == {}


def test_each_job_has_slots_of_its_own() -> None:
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
