from guanxi.modules.customers.models.contact import Anniversary, Contact, ContactRelation, Position
from guanxi.modules.customers.models.customer import Customer
from guanxi.modules.customers.models.detail import Address, BankAccount, ContactMedium
from guanxi.modules.customers.models.interaction import Interaction
from guanxi.modules.customers.models.measure import LatestMeasure, Measure
from guanxi.modules.customers.models.membership import Membership
from guanxi.modules.customers.models.team import TeamMember

__all__ = [
    "Address", "Anniversary", "BankAccount", "Contact", "ContactMedium", "ContactRelation", "Customer",
    "Interaction", "LatestMeasure", "Measure", "Membership", "Position", "TeamMember",
]  # fmt: skip
