"""Legal holds: what is held is neither erased nor purged."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.platform.bulk import key_in
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.privacy.models import LegalHold
from guanxi.platform.privacy.persons import Persons
from guanxi.platform.privacy.subject import every_row, subject_of


def held(entity: Entity, ids: Collection[int], today: date) -> dict[int, str]:
    """Id → reason, for the records under a hold of their own or of the customer they hang on."""
    now = Q(until=None) | Q(until__gte=today)
    holds = LegalHold.everything.filter(now, lifted_at=None)
    found = dict(holds.filter(key_in("record_id", set(ids)), entity=entity.key).values_list("record_id", "reason"))
    if entity.customer_path and not entity.is_customer:
        hosts = dict(every_row(entity).filter(key_in("pk", set(ids))).values_list("pk", entity.customer_path))
        customers = [one.key for one in registry.entities() if one.is_customer]
        above = holds.filter(key_in("record_id", set(hosts.values()) - {None}), entity__in=customers)
        reasons = dict(above.values_list("record_id", "reason"))
        found |= {pk: reasons[host] for pk, host in hosts.items() if host in reasons and pk not in found}
    return found


def hindrances(persons: Persons, today: date) -> list[str]:
    """Why a person cannot be erased now: legal holds, and what the modules say must be ended first."""
    found = []
    for key, ids in sorted(persons.items()):
        entity = registry.get(key)
        found += [
            _("It is under a legal hold: %(reason)s") % {"reason": one} for one in held(entity, ids, today).values()
        ]
        subject = subject_of(entity)
        if subject is not None:
            records = list(every_row(entity).filter(key_in("pk", ids)))
            found += subject.open_matters(records).values()
    return list(dict.fromkeys(found))
