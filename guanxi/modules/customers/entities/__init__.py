"""What is there: one declaration per kind of record."""

from guanxi.modules.customers.entities import contact, customer, detail, interaction, measure, membership, team

__all__ = ["contact", "customer", "detail", "interaction", "measure", "membership", "team"]
