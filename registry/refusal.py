"""How a rule says no to a person: in words, and beside a field where there is one."""


class Refused(Exception):
    """A rule was not met; nothing was written.

    words: what the person reads. fields: the same, by the name of the form's field it
    belongs to; empty where there is no field to stand beside.
    """

    def __init__(self, words: str = "", *, fields: dict[str, str] | None = None) -> None:
        self.fields = fields or {}
        self.words = words or " ".join(self.fields.values())
        super().__init__(self.words)
