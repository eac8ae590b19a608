"""What every listener and delivery works with, made once at the start of a process."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.messenger import Messenger
from bot.settings import Settings
from feeds.fetch import Fetcher
from registry.clock import Clock
from registry.database import SessionFactory
from registry.earlier import EarlierNeeds
from registry.matchmaker import Matchmaker
from registry.secrets import Keys


@dataclass(frozen=True)
class Services:
    """Open sessions from `session_factory` where they are needed, and close them before Slack."""

    settings: Settings
    session_factory: SessionFactory
    clock: Clock
    keys: Keys
    messenger: Messenger
    fetcher: Fetcher
    matchmaker: Matchmaker = field(default_factory=Matchmaker)
    earlier: EarlierNeeds = field(default_factory=EarlierNeeds)
    wake: asyncio.Event = field(default_factory=asyncio.Event)


def services_of(context: Any) -> Services:
    """The services that the app's first middleware put into Bolt's context."""
    services: Services = context["services"]
    return services
