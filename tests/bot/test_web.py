import time
from collections.abc import Callable

import pytest

from tests.office import Office
from tests.people import ONE_DATABASE

pytestmark = ONE_DATABASE
FORM = "application/x-www-form-urlencoded"
Headers = dict[str, str]


def signed(office: Office, body: bytes, age: float = 0) -> Headers:
    timestamp = str(int(time.time() - age))
    signature = office.delivery.signature(body, timestamp)
    return {
        "content-type": FORM,
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
    }


FORGED: dict[str, Callable[[Headers], Headers]] = {
    "no headers": lambda _: {},
    "no signature": lambda h: {**h, "x-slack-signature": ""},
    "another signature": lambda h: {**h, "x-slack-signature": "v0=" + "0" * 64},
    "a signature that is none": lambda h: {**h, "x-slack-signature": "é"},
    "a time that is none": lambda h: {**h, "x-slack-request-timestamp": "soon"},
    "an endless time": lambda h: {**h, "x-slack-request-timestamp": "9" * 400},
    "infinity": lambda h: {**h, "x-slack-request-timestamp": "inf"},
}


@pytest.mark.parametrize("how", FORGED)
async def test_what_slack_did_not_sign_is_refused(office: Office, how: str) -> None:
    body = b"command=/need&text=floods"
    response = await office.delivery.raw(body, FORGED[how](signed(office, body)))
    assert response.status_code == 401
    assert office.slack.calls == []


async def test_a_replayed_request_is_refused(office: Office) -> None:
    body = b"command=/need&text=floods"
    response = await office.delivery.raw(body, signed(office, body, age=400))
    assert response.status_code == 401


async def test_a_changed_body_is_refused(office: Office) -> None:
    headers = signed(office, b"command=/need&text=floods")
    assert (await office.delivery.raw(b"command=/need&text=flood", headers)).status_code == 401


async def test_a_body_beyond_the_cap_is_refused_before_it_is_parsed(office: Office) -> None:
    body = b"x" * 1_000_001
    assert (await office.delivery.raw(body, signed(office, body))).status_code == 413


async def test_health_says_whether_the_database_answers(office: Office) -> None:
    address = office.delivery._url.replace("/slack/events", "/health")
    answer = await office.delivery._client.get(address)
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_slack_s_own_check_of_the_address_is_answered(office: Office) -> None:
    body = b'{"type": "url_verification", "challenge": "abc"}'
    headers = {**signed(office, body), "content-type": "application/json"}
    response = await office.delivery.raw(body, headers)
    assert response.status_code == 200
    assert "abc" in response.text
