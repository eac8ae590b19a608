"""The ASGI app: Slack's requests, installing, events for calendars, and health."""

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.events.calendar_file import event_routes
from bot.installing import installing_routes
from bot.services import Services

MOST_BODY = 1_000_000


async def signed_body(request: Request, verifier: SignatureVerifier) -> Response | None:
    """The refusal that a request deserves, or None where Slack signed it.

    The body is read up to a cap and checked before anything parses it; it stays cached on the
    request for whoever reads it next.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            return PlainTextResponse("too large", 413)
    request._body = bytes(body)  # noqa: SLF001 - Starlette's own cache of a streamed body
    try:
        genuine = verifier.is_valid(
            body=bytes(body),
            timestamp=request.headers.get("x-slack-request-timestamp", ""),
            signature=request.headers.get("x-slack-signature", ""),
        )
    except (ValueError, TypeError, OverflowError):
        genuine = False
    return None if genuine else PlainTextResponse("not signed by Slack", 401)


def build_web(services: Services, app: AsyncApp) -> Starlette:
    """Everything that is served over HTTP."""
    secret = services.settings.slack_signing_secret
    verifier = SignatureVerifier(secret.get_secret_value() if secret else "")
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        if secret is None:
            return PlainTextResponse("SLACK_SIGNING_SECRET is not set", 503)
        return await signed_body(request, verifier) or await handler.handle(request)

    async def health(_request: Request) -> Response:
        try:
            async with services.session_factory.begin() as session:
                await session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return PlainTextResponse("the database does not answer", 503)
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/health", health),
            *installing_routes(services),
            *event_routes(services),
        ]
    )
