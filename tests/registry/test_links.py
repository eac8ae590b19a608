"""Which of an address is shown."""

import pytest

from registry.links import shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://calls.inv.example/open-calls/2026/feed.xml",
            "calls.inv.example/open-calls/2026/feed.xml",
        ),
        ("https://inv.example", "inv.example"),
        ("https://inv.example/", "inv.example/"),
        ("https://ann:s3cret@inv.example:8443/feed", "inv.example:8443/feed"),
        ("https://s3cret@inv.example/feed", "inv.example/feed"),
        ("https://inv.example/feed?key=s3cret", "inv.example/feed?…"),
        ("https://inv.example/feed#s3cret", "inv.example/feed"),
        (
            "https://inv.example/calendar/ical/ann%40inv.example/private-s3cret01/basic.ics",
            "inv.example/calendar/ical/…",
        ),
        ("https://inv.example/published/2/MTIzNDU2s3cret?x=1", "inv.example/published/2/…"),
        ("https://inv.example/s3cret-abcdefghijklmnopqrstuvwxyz/", "inv.example/…"),
    ],
)
def test_an_address_is_shown_up_to_what_may_be_a_secret(address: str, shown: str) -> None:
    assert shown_address(address) == shown
