"""Code tables that every module may need."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.registry import code_table

DATA = Path(__file__).parent / "data" / "codes"

code_table("refdata.salutation", label=_("Salutations"), defaults=DATA / "salutation.json")
code_table("refdata.position", label=_("Positions"), defaults=DATA / "position.json")
code_table("refdata.currency", label=_("Currencies"), defaults=DATA / "currency.json")
