"""What there is of each kind of source: its errands and its cards."""

from dataclasses import dataclass
from typing import Generic

from registry.sources import AnySource


@dataclass(frozen=True)
class Kind(Generic[AnySource]):
    """read, try_: errands, with the source's id. trial, failed: cards about it."""

    model: type[AnySource]
    read: str
    try_: str
    trial: str
    failed: str

    @property
    def key(self) -> str:
        """Under which an errand's payload has the source's id."""
        return f"{self.model.noun}_id"
