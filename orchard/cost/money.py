"""Amounts as people read them: in dollars, or in euros by the rate in the settings."""

from typing import NamedTuple

from orchard.base.config import Settings
from orchard.base.language import marked


class Money(NamedTuple):
    """A currency to show amounts in.

    Attributes:
        code: USD or EUR.
        rate: units of it for a US dollar.
        note: which rate, in words; empty for dollars.
    """

    code: str = "USD"
    rate: float = 1.0
    note: str = ""

    def say(self, usd: float) -> str:
        """Write an amount of dollars in this currency: `0.79 USD`; small ones with two significant digits."""
        value = usd * self.rate
        if value == 0 or abs(value) >= 0.1:
            return f"{value:.2f} {self.code}"
        return f"{value:#.2g} {self.code}" if value >= 0.0001 else f"<0.0001 {self.code}"


def shown_in(settings: Settings) -> Money:
    """Return euros where the settings have a rate, else dollars, in which AWS charges."""
    if not settings.eur_rate:
        return Money()
    of = settings.eur_rate_date
    return Money(
        "EUR",
        settings.eur_rate,
        marked(f"{settings.eur_rate:g} EUR for a dollar, the rate of {of} in the settings")
        if of
        else marked(f"{settings.eur_rate:g} EUR for a dollar, the rate in the settings"),
    )
