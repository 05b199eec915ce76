"""Somebody under every rule there is: two scopes, a set of records, a team, shares, and rules for fields. Against them stand
those who may see everything in full; what the same page costs more is the gate's price."""

from collections.abc import Sequence

from bench import crowd
from bench.crowd import CUSTOMER
from bench.data import DIRECTORY, Company
from guanxi.modules.customers.models import Customer
from guanxi.platform.access.models import FieldRule, RecordSet, RecordSetMember, Role, RoleGrant, UserRole

SCOPE, OPEN = "ruled", "all"
#: Customers that reach such a person in each of the three ways beside their scopes.
MEMBERS, TEAM, SHARED = 500, 200, 50
#: Beside these the contact data, masked for everybody without a rule that says otherwise.
FIELDS = {"remarks": "hide", "employees": "hide", "credit_code": "mask", "tier": "read", "lifecycle": "read"}


def lay(company: Company) -> None:
    """Give the accounts of this kind their roles and memberships, over customers from all over the company."""
    people = company.staff[SCOPE]
    role = Role.objects.create(key=f"bench-{SCOPE}-rules", labels={"en": "Measuring: every rule"})
    chosen = RecordSet.objects.create(name="Measured", entity=CUSTOMER, of_customers=True)
    grants = [RoleGrant(role=role, entity="customers.*", actions=["*"], scope=one) for one in ("department", "own")]
    grants.append(RoleGrant(role=role, entity="customers.*", actions=["*"], scope="set", record_set=chosen))
    grants += [RoleGrant(role=role, entity=one, actions=["view"], scope="all") for one in DIRECTORY]
    RoleGrant.objects.bulk_create(grants)
    FieldRule.objects.bulk_create(
        FieldRule(role=role, entity=CUSTOMER, field=field, rule=rule) for field, rule in FIELDS.items()
    )
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for user in people)
    RecordSetMember.objects.bulk_create(
        RecordSetMember(record_set=chosen, record_id=pk) for pk in _spread(MEMBERS, shift=0)
    )
    for user in people:
        crowd.join((pk, user) for pk in _spread(TEAM, shift=1))
        crowd.share((pk, user) for pk in _spread(SHARED, shift=2))


def _spread(number: int, *, shift: int) -> Sequence[int]:
    """Up to ``number`` customers in even steps over the whole table; another ``shift`` gives others."""
    ids = Customer.objects.order_by("pk").values_list("pk", flat=True)
    step = max(1, ids.count() // number)
    return list(ids[shift::step][:number])
