"""What stands in all tables, in one comparable form: a refused request must leave it unchanged."""

import hashlib

from django.conf import settings
from django.db import connections

#: Not business data: the browser's session, the trace that somebody is at work, the shared cache (rate limits), and the
#: traces from which the audit tells of the refusal itself.
EXCLUDED = frozenset(
    {
        "django_session",
        "jobs_interactiveuse",
        "audit_trace",
        "audit_refusal",
        settings.CACHES["default"].get("LOCATION", ""),
    }
)


def digest_of_tables() -> dict[str, str]:
    """ "database.table" → digest of its rows, for every table of every database; compare two with ==."""
    found = {}
    for alias in connections:
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in sorted(connection.introspection.table_names(cursor)):
                if table not in EXCLUDED:
                    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                    rows = sorted(repr(row) for row in cursor.fetchall())
                    found[f"{alias}.{table}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
