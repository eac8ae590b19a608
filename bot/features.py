"""Which features there are: each gives its listeners, and what its errands lead to."""

from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from bot.cards import Render, card_deliveries
from bot.contact import listeners as contact_listeners
from bot.deliveries import Delivery, Task
from bot.needs import deliveries as need_deliveries
from bot.needs import listeners as need_listeners

LISTENERS: tuple[Callable[[AsyncApp], None], ...] = (
    contact_listeners.register,
    need_listeners.register,
)

RENDERS: dict[str, Render] = {**need_deliveries.RENDERS}

DELIVERIES: dict[str, Delivery] = {**card_deliveries(RENDERS)}

TASKS: dict[str, Task] = {**need_deliveries.TASKS}
