"""Commands of the fakes: one plain with a rule, one that needs a second person."""

from decimal import Decimal
from typing import Annotated

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Input, command
from tests.fakes.models import Company


@command(Company, label="Win", past="won", past_label="Won", icon="trophy", primary=True)
def win(company: Company, actor: Actor, *, reason: Annotated[str, Input("Reason")], note: str = "") -> None:
    """Make the company an active one."""
    company.stage = Company.Stage.ACTIVE
    company.remarks = reason


@win.allowed
def _(company, actor):
    return company.stage == Company.Stage.NEW or "Only a new company can be won."


@command(Company, label="Write off", past="written_off", past_label="Written off", icon="ban")
def write_off(company: Company, actor: Actor, *, amount: Annotated[Decimal, Input("Amount")]) -> None:
    """Take an amount off the capital."""
    company.capital = (company.capital or Decimal(0)) - amount


@write_off.held_when
def _(actor, records, values):
    return values["amount"] >= 1000
