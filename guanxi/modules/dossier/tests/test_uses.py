"""Requirements and protections name fields of customers: whoever takes one out of use is told."""

from guanxi.modules.dossier.models import ProtectedField, Requirement
from guanxi.platform.entities.uses import Wanted, uses_of


def told(field: str, actor) -> dict[str, tuple[bool, int]]:
    found = uses_of(Wanted("customers.customer", field), actor)
    return {one.label: (one.stops, len(one.named)) for one in found}


def test_requirements_stop_it_and_protections_go_on(organisation):
    chief = organisation.everything()
    Requirement.objects.create(key="a", labels={"en": "A"}, part="x_desks")
    Requirement.objects.create(key="b", labels={"en": "B"}, part="phone", condition="x_desks > 3 and x_line = null")
    ProtectedField.objects.create(field="x_desks")
    ProtectedField.objects.create(field="x_desks_free", active=False)
    assert told("x_desks", chief) == {"requirements of files": (True, 2), "protected fields": (False, 1)}
    assert told("x_line", chief) == {"requirements of files": (True, 1)}
    assert told("x_desks_free", chief) == {}
