"""Code tables of the customers module; organisations change and extend them."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.registry import code_table

DATA = Path(__file__).parent / "data"

code_table("customers.type", label=_("Customer types"), defaults=DATA / "type.json")
code_table("customers.source", label=_("Sources of customers"), defaults=DATA / "source.json")
code_table("customers.vip", label=_("VIP levels"), defaults=DATA / "vip.json")
code_table("customers.id_type", label=_("Document types"), defaults=DATA / "id_type.json")
code_table("customers.contact_relation", label=_("Relations between contacts"), defaults=DATA / "contact_relation.json")
code_table("customers.occasion", label=_("Occasions"), defaults=DATA / "occasion.json")
code_table("customers.address_type", label=_("Address types"), defaults=DATA / "address_type.json")
code_table("customers.member_role", label=_("Roles of members"), defaults=DATA / "member_role.json")
code_table(
    "customers.interaction_outcome", label=_("Outcomes of interactions"), defaults=DATA / "interaction_outcome.json"
)
code_table("customers.measure", label=_("Measures"), defaults=DATA / "measure.json")
