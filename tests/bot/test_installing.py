"""Adding the app to a workspace by Slack's OAuth: real requests, the strict Slack behind them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from bot.app import build_app
from bot.installing import SCOPES, STATE_COOKIE, keep_installation
from bot.web import build_web
from playground.slack import Team, User
from tests.office import Office
from tests.people import ONE_DATABASE

PUBLIC = "https://bot.inv.example"
CALLBACK = "/slack/oauth_redirect"

Somewhere = tuple[Team, User]


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser, at a bot that people may add to their own workspaces."""
    settings = office.services.settings.model_copy(
        update={
            "slack_client_id": "1.2",
            "slack_client_secret": SecretStr("invented"),
            "public_url": PUBLIC,
        }
    )
    services = replace(office.services, settings=settings)
    transport = httpx.ASGITransport(build_web(services, build_app(services)))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        yield browser


@pytest.fixture
def elsewhere(office: Office) -> Somewhere:
    """A workspace that has never heard of us, and somebody in it."""
    team = office.slack.add_team("Elsewhere Councils", SCOPES)
    return team, office.slack.add_user(team, "Isla Invented", email="isla@inv.example")


async def begun(browser: httpx.AsyncClient) -> str:
    """Follow the link that adds the app, up to Slack's own page: the state it carries."""
    answer = await browser.get("/slack/install")
    return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]


async def comes_back(browser: httpx.AsyncClient, **query: str) -> httpx.Response:
    return await browser.get(CALLBACK, params=query)


@ONE_DATABASE
async def test_the_link_leads_to_slack_with_our_scopes_and_a_state(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("/slack/install")
    assert answer.status_code == 302
    place = urlsplit(answer.headers["location"])
    asked = parse_qs(place.query)
    assert (place.scheme, place.netloc, place.path) == ("https", "slack.com", "/oauth/v2/authorize")
    assert set(asked["scope"][0].split(",")) == set(SCOPES)
    assert asked["redirect_uri"] == [PUBLIC + CALLBACK]
    cookie = answer.headers["set-cookie"]
    assert f"{STATE_COOKIE}={asked['state'][0]}" in cookie
    assert {"HttpOnly", "Secure", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))


async def test_whoever_adds_it_is_the_first_admin_of_a_network_and_is_welcomed(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere
) -> None:
    team, installer = elsewhere
    state = await begun(browser)
    code = office.slack.installation_code(team, installer)
    answer = await comes_back(browser, code=code, state=state)
    assert answer.status_code == 200
    assert "a message waits for you" in answer.text
    workspace = await office.workspace(team)
    assert office.services.keys.open(workspace.sealed_token) == team.token
    assert team.token not in workspace.sealed_token
    assert workspace.network_id != (await office.network()).id
    assert (await office.member(installer)).is_admin
    await office.settle()
    assert "Docking Point is ready" in office.sees(installer)
    assert "Elsewhere" not in office.sees(office.admin)


async def test_adding_it_again_keeps_the_network_and_welcomes_nobody_twice(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere
) -> None:
    team, installer = elsewhere
    another = office.slack.add_user(team, "Ivor Alsomadeup")
    networks = set()
    for user in (installer, another):
        state = await begun(browser)
        code = office.slack.installation_code(team, user)
        assert (await comes_back(browser, code=code, state=state)).status_code == 200
        await office.settle()
        networks.add((await office.network(team)).id)
    assert len(networks) == 1
    assert office.sees(another) == ""
    assert len(office.messages(installer)) == 1


async def test_a_first_admin_who_is_named_later_is_one_and_is_welcomed(
    office: Office, elsewhere: Somewhere
) -> None:
    team, somebody = elsewhere
    late = office.slack.add_user(team, "Ivor Alsomadeup")
    for installer in (None, somebody.id, late.id):
        await keep_installation(
            office.services,
            team_id=team.id,
            team_name=team.name,
            bot_user_id=team.bot_user_id,
            bot_token=team.token,
            installer=installer,
        )
        await office.types(somebody, "/need list")
        await office.types(late, "/need list")
    assert (await office.member(somebody)).is_admin
    assert "Docking Point is ready" in office.sees(somebody)
    assert not (await office.member(late)).is_admin
    assert "Docking Point is ready" not in office.sees(late)


@ONE_DATABASE
@pytest.mark.parametrize("state", ["", "another", "é"])
async def test_a_state_that_is_not_ours_installs_nothing(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere, state: str
) -> None:
    await begun(browser)
    code = office.slack.installation_code(*elsewhere)
    answer = await comes_back(browser, code=code, state=state)
    assert (answer.status_code, answer.text) == (400, "That link has run out. Please start again.")
    assert office.slack.use_code(code) is not None


@ONE_DATABASE
async def test_a_state_works_once_and_only_in_the_browser_that_began(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere
) -> None:
    state = await begun(browser)
    kept = httpx.Cookies(browser.cookies)
    browser.cookies.clear()
    code = office.slack.installation_code(*elsewhere)
    assert (await comes_back(browser, code=code, state=state)).status_code == 400
    browser.cookies = kept
    assert (await comes_back(browser, code=code, state=state)).status_code == 200
    assert STATE_COOKIE not in browser.cookies
    assert (await comes_back(browser, code=code, state=state)).status_code == 400


@ONE_DATABASE
async def test_who_says_no_at_slack_is_told_that_nothing_was_added(
    browser: httpx.AsyncClient,
) -> None:
    state = await begun(browser)
    answer = await comes_back(browser, error="access_denied", state=state)
    assert answer.status_code == 200
    assert answer.text == "Docking Point was not added. You can close this page."


@ONE_DATABASE
async def test_what_slack_does_not_confirm_can_be_started_again(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere
) -> None:
    state = await begun(browser)
    answer = await comes_back(browser, code="never-given", state=state)
    assert (answer.status_code, answer.text) == (502, "Slack did not confirm. Please start again.")
    office.slack.fail("oauth.v2.access", status=503)
    code = office.slack.installation_code(*elsewhere)
    state = await begun(browser)
    assert (await comes_back(browser, code=code, state=state)).status_code == 502
    state = await begun(browser)
    assert (await comes_back(browser, code=code, state=state)).status_code == 200


@ONE_DATABASE
async def test_a_whole_organisation_is_told_to_add_it_to_a_workspace(
    office: Office, browser: httpx.AsyncClient, elsewhere: Somewhere
) -> None:
    state = await begun(browser)
    office.slack.organisation_wide = True
    code = office.slack.installation_code(*elsewhere)
    answer = await comes_back(browser, code=code, state=state)
    assert answer.status_code == 400
    assert "one workspace" in answer.text


@ONE_DATABASE
async def test_without_a_client_id_there_is_nothing_to_install_from(office: Office) -> None:
    transport = httpx.ASGITransport(build_web(office.services, build_app(office.services)))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        assert (await browser.get("/slack/install")).status_code == 404
        assert (await browser.get(CALLBACK)).status_code == 404
