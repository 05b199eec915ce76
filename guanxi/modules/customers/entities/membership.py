"""Memberships."""

from guanxi.modules.customers.models import Membership
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.search.options import Search


@entity
class MembershipEntity(Entity):
    model = Membership
    icon = "users"
    parent = "customer"
    title = "number"
    columns = ("customer", "member", "role", "number", "since", "until")
    group_by = ("role",)
    keys = ("number",)
    search = Search("number")
