"""Putting the app into a workspace: by a token in the settings, or by Slack's OAuth."""

import secrets
from dataclasses import dataclass

import structlog
from slack_sdk.oauth import AuthorizeUrlGenerator
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.cards import post_card
from bot.messenger import Failure, Ours, Transient, WorkspaceGone
from bot.services import Services
from bot.settings import Unusable
from registry import members, networks

log = structlog.get_logger()

SCOPES = (
    "channels:read",
    "chat:write",
    "commands",
    "groups:read",
    "im:write",
    "mpim:write",
    "users:read",
    "users:read.email",
)
STATE_COOKIE = "docking_point_state"
STATE_SECONDS = 600


async def keep_installation(
    services: Services,
    *,
    team_id: str,
    team_name: str,
    bot_user_id: str,
    bot_token: str,
    installer: str | None,
) -> None:
    """Keep a workspace's token, and welcome its installer where the network has no admin yet.

    The installer may be named after the first start, or come when the last admin has left.
    """
    now = services.clock.now()
    async with services.session_factory.begin() as session:
        workspace, new = await networks.install(
            session,
            keys=services.keys,
            team_id=team_id,
            team_name=team_name,
            bot_user_id=bot_user_id,
            bot_token=bot_token,
            installer=installer,
            now=now,
        )
        if installer and not await members.admins(session, workspace.network_id):
            admin = await members.member_of(session, workspace, installer, now=now)
            admin.is_admin = True
            await post_card(
                session,
                workspace.network_id,
                "welcome",
                workspace.id,
                member_id=admin.id,
                now=now,
                once=f"welcome:{workspace.id}",
            )
    services.wake.set()
    log.info("workspace_installed", team=team_id, new=new)


async def install_from_settings(services: Services) -> None:
    """Keep the workspace of SLACK_BOT_TOKEN; raises `Unusable` where Slack does not take it."""
    token = services.settings.slack_bot_token
    if token is None:
        return
    try:
        answer = await services.messenger.who_am_i(token.get_secret_value())
    except Transient:
        raise Unusable(
            "SLACK_API_URL cannot be reached: check the address and this machine's network."
        ) from None
    except (WorkspaceGone, Ours) as failure:
        raise Unusable(
            f"SLACK_BOT_TOKEN was refused by Slack ({failure}): copy it again from your Slack "
            "app's Install App page."
        ) from None
    await keep_installation(
        services,
        team_id=answer["team_id"],
        team_name=answer["team"],
        bot_user_id=answer["user_id"],
        bot_token=token.get_secret_value(),
        installer=services.settings.first_admin,
    )
    if not await _has_admin(services, answer["team_id"]):
        log.warning("no_admin", team=answer["team_id"], mend="set FIRST_ADMIN and start again")


async def _has_admin(services: Services, team_id: str) -> bool:
    async with services.session_factory.begin() as session:
        workspace = await networks.workspace_of_team(session, team_id)
        return workspace is not None and bool(await members.admins(session, workspace.network_id))


@dataclass(frozen=True)
class _OAuth:
    """Slack's two steps. redirect: where Slack sends people back to; None for its default."""

    services: Services
    client_id: str
    secret: str
    redirect: str | None

    async def install(self, _request: Request) -> Response:
        """Send somebody to Slack, with a state that only their browser knows."""
        state = secrets.token_urlsafe(24)
        generator = AuthorizeUrlGenerator(
            client_id=self.client_id, scopes=SCOPES, redirect_uri=self.redirect
        )
        answer = RedirectResponse(generator.generate(state), 302)
        answer.set_cookie(
            STATE_COOKIE,
            state,
            max_age=STATE_SECONDS,
            httponly=True,
            secure=bool(self.redirect and self.redirect.startswith("https")),
            samesite="lax",
        )
        return answer

    async def callback(self, request: Request) -> Response:
        """Take what Slack sends back, and keep the installation."""
        state, kept = request.query_params.get("state", ""), request.cookies.get(STATE_COOKIE, "")
        code = request.query_params.get("code")
        if not kept or not secrets.compare_digest(state.encode(), kept.encode()):
            return PlainTextResponse("That link has run out. Please start again.", 400)
        if not code:
            return PlainTextResponse("Docking Point was not added. You can close this page.", 200)
        try:
            answer = await self.services.messenger.exchange_code(
                self.client_id, self.secret, code, self.redirect
            )
        except Failure as failure:
            log.warning("installation_failed", error=str(failure))
            return PlainTextResponse("Slack did not confirm. Please start again.", 502)
        if not answer.get("team"):
            return PlainTextResponse(
                "Docking Point is added to one workspace at a time. Please start again, and choose "
                "a workspace instead of the whole organisation.",
                400,
            )
        await keep_installation(
            self.services,
            team_id=answer["team"]["id"],
            team_name=answer["team"]["name"],
            bot_user_id=answer["bot_user_id"],
            bot_token=answer["access_token"],
            installer=answer["authed_user"]["id"],
        )
        done = PlainTextResponse("Docking Point is in. Go back to Slack: a message waits for you.")
        done.delete_cookie(STATE_COOKIE)
        return done


def installing_routes(services: Services) -> list[Route]:
    """The two addresses of Slack's OAuth, where SLACK_CLIENT_ID is set."""
    settings = services.settings
    if not (settings.slack_client_id and settings.slack_client_secret):
        return []
    oauth = _OAuth(
        services,
        settings.slack_client_id,
        settings.slack_client_secret.get_secret_value(),
        f"{settings.public_url}/slack/oauth_redirect" if settings.public_url else None,
    )
    return [
        Route("/slack/install", oauth.install),
        Route("/slack/oauth_redirect", oauth.callback),
    ]
