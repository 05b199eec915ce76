"""Events of record sets."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

INCLUDED = "access.recordset.included"
EXCLUDED = "access.recordset.excluded"

declare(INCLUDED, label=_("Records put into a set"), template=_("%(actor)s put records into %(record)s"), icon="plus")
declare(
    EXCLUDED, label=_("Records taken out of a set"), template=_("%(actor)s took records out of %(record)s"), icon="x"
)
