"""Which features there are: each gives its listeners, and what its errands lead to."""

from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from bot import cards, uninstalling
from bot.admin import deliveries as admin_deliveries
from bot.admin import listeners as admin_listeners
from bot.admin import vocabulary as admin_vocabulary
from bot.answers import deliveries as answer_deliveries
from bot.answers import listeners as answer_listeners
from bot.calendars import deliveries as calendar_deliveries
from bot.calendars import listeners as calendar_listeners
from bot.cards import Render, card_deliveries
from bot.contact import deliveries as contact_deliveries
from bot.contact import listeners as contact_listeners
from bot.deliveries import Delivery, Task
from bot.digest import deliveries as digest_deliveries
from bot.events import deliveries as event_deliveries
from bot.events import listeners as event_listeners
from bot.expertise import deliveries as expertise_deliveries
from bot.expertise import listeners as expertise_listeners
from bot.funding import channels as funding_channels
from bot.funding import deliveries as funding_deliveries
from bot.funding import listeners as funding_listeners
from bot.funding import posting as funding_posting
from bot.funding import reading as funding_reading
from bot.home import deliveries as home_deliveries
from bot.home import listeners as home_listeners
from bot.introductions import deliveries as introduction_deliveries
from bot.introductions import listeners as introduction_listeners
from bot.matches import listeners as match_listeners
from bot.needs import deliveries as need_deliveries
from bot.needs import listeners as need_listeners
from bot.priorities import deliveries as priority_deliveries

LISTENERS: tuple[Callable[[AsyncApp], None], ...] = (
    contact_listeners.register,
    need_listeners.register,
    answer_listeners.register,
    expertise_listeners.register,
    introduction_listeners.register,
    match_listeners.register,
    funding_listeners.register,
    event_listeners.register,
    calendar_listeners.register,
    home_listeners.register,
    admin_listeners.register,
    uninstalling.register,
)

RENDERS: dict[str, Render] = {
    **need_deliveries.RENDERS,
    **answer_deliveries.RENDERS,
    **expertise_deliveries.RENDERS,
    **introduction_deliveries.RENDERS,
    **funding_channels.RENDERS,
    **funding_deliveries.RENDERS,
    **event_deliveries.RENDERS,
    **calendar_deliveries.RENDERS,
    **digest_deliveries.RENDERS,
    **admin_deliveries.RENDERS,
}

DELIVERIES: dict[str, Delivery] = {
    **card_deliveries(RENDERS),
    **introduction_deliveries.DELIVERIES,
    **home_deliveries.DELIVERIES,
}

TASKS: dict[str, Task] = {
    **cards.TASKS,
    **contact_deliveries.TASKS,
    **need_deliveries.TASKS,
    **digest_deliveries.TASKS,
    **priority_deliveries.TASKS,
    **expertise_deliveries.TASKS,
    **calendar_deliveries.TASKS,
    **funding_posting.TASKS,
    **funding_reading.TASKS,
    **admin_deliveries.TASKS,
    **admin_vocabulary.TASKS,
}
