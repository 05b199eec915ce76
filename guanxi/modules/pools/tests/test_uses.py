"""Filters and dates of pools name fields of customers: whoever takes one out of use is told."""

from guanxi.modules.pools.models import Pool, RecycleRule
from guanxi.platform.entities.uses import Wanted, uses_of


def told(field: str, actor) -> dict[str, tuple[bool, int]]:
    found = uses_of(Wanted("customers.customer", field), actor)
    return {one.label: (one.stops, len(one.named)) for one in found}


def test_filters_and_dates_of_pools_are_found(organisation):
    chief = organisation.everything()
    pool = Pool.objects.create(name="North", belonging='["gt","x_desks",3]', kept='["eq","x_line","fibre"]')
    RecycleRule.objects.create(pool=pool, days=30, counts_from="date", date_field="x_signed", only='["lt","x_desks",2]')
    assert told("x_desks", chief) == {"public pools": (True, 1), "recycling rules": (True, 1)}
    assert told("x_line", chief) == {"public pools": (True, 1)}
    assert told("x_signed", chief) == {"recycling rules": (True, 1)}
    Pool.objects.update(active=False)
    assert told("x_desks", chief) == {}
