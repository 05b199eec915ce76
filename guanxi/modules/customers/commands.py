"""What can be done with customers and contacts beyond what every record offers."""

from datetime import date
from typing import Annotated

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, Input, command

NewParent = Annotated[
    int | None,
    Input(
        _("New parent company"),
        kind=kinds.TREE,
        target="customers.customer",
        help=_("Empty makes it the head of a group of its own."),
    ),
]
LeftOn = Annotated[date | None, Input(_("Left on"), kind=kinds.DATE, help=_("Empty means today."))]


@command(
    Customer,
    label=_("Move in group"),
    past="moved",
    past_label=_("Moved in the group"),
    told=_("%(actor)s moved %(record)s in its group"),
    icon="binary-tree",
)
def move(customer: Customer, actor: Actor, *, parent: NewParent = None) -> None:
    """Place a customer, with all below it, under another parent company."""
    customer.parent_id = parent


@command(
    Contact,
    label=_("Make main contact"),
    past="made_main",
    past_label=_("Made main contact"),
    told=_("%(actor)s made %(record)s the main contact"),
    icon="star",
    many=False,
)
def make_main(contact: Contact, actor: Actor) -> None:
    """Mark this person as the customer's main contact; the former one loses the mark."""
    contact.main = True


@make_main.allowed
def _may_be_main(contact: Contact, actor: Actor) -> Answer:
    if contact.left_on:
        return _("This person has left.")
    return not contact.main or _("This person is the main contact already.")


@command(
    Contact,
    label=_("Has left"),
    past="left",
    past_label=_("Has left"),
    told=_("%(actor)s noted that %(record)s has left"),
    icon="user-off",
)
def leave(contact: Contact, actor: Actor, *, left_on: LeftOn = None) -> None:
    """Record that a person has left the firm: out of the decision chain, kept in the history."""
    contact.left_on = left_on or actor.today()
    contact.main = False


@leave.allowed
def _may_leave(contact: Contact, actor: Actor) -> Answer:
    return not contact.left_on or _("This person has left already.")
