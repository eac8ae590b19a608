"""Calendar files in the shape of those that real producers send.

Beside each stands what it says of 2026 to people in London, as the command prints it.
"""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from feeds.calendar import Occurrence, read

FILES = Path(__file__).parent / "files"
TITLES = {
    "google": "Larkmoor Policy Forum",
    "outlook": "Research & Insight",
    "office365": "Calendar",
    "nextcloud": "Harbour Lab",
    "events-calendar": "Saltmarsh Trust",
    "drupal": "Seminars",
    "apple": "Town Hall",
    "several": "Planning committee",
    "mixed": "Mixed, with all sorts",
}


def told(one: Occurrence) -> dict[str, Any]:
    fields = asdict(one)
    times = {"start": fields.pop("starts").isoformat(), "end": fields.pop("ends").isoformat()}
    return fields | times


@pytest.mark.parametrize("path", sorted(FILES.glob("*.ics")), ids=lambda path: path.stem)
def test_reads_what_a_producer_writes(path: Path) -> None:
    calendar = read(path.read_bytes(), first=date(2026, 1, 1), until=date(2026, 12, 31))
    expected = path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    assert [told(one) for one in calendar.events] == [json.loads(line) for line in expected]
    assert (calendar.title, calendar.more) == (TITLES.get(path.stem, ""), False)


def test_there_are_thirty_files_at_least() -> None:
    assert len([path for path in FILES.iterdir() if path.suffix != ".jsonl"]) >= 30
