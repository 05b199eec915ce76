"""A migration and the note that it was made commit together.

Django notes a migration with deferred statements (indexes, foreign keys) after its transaction: whoever is killed between
the two finds tables that already exist, and no start gets past them.
"""

from typing import Any

from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class WholeExecutor(MigrationExecutor):
    """All of a migration, or nothing of it."""

    def apply_migration(self, state: Any, migration: Any, *args: Any, **kwargs: Any) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, *args, **kwargs)
        # SQLite can switch its checks off only before a transaction.
        with self.connection.constraint_checks_disabled(), transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, *args, **kwargs)
