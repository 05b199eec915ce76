"""A migration is made whole or not at all."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from guanxi.platform.bulk.migrating import WholeExecutor

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
TABLE = "toy_fir"


class _Migration(migrations.Migration):
    """Its index is made at the end: Django would note the migration after the transaction."""

    operations = [
        migrations.CreateModel(
            "Fir", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9, db_index=True))]
        )
    ]


def test_a_death_before_the_note_leaves_no_table_and_the_next_start_makes_it(monkeypatch):
    def die(migration):
        raise RuntimeError("killed")

    executor, migration = WholeExecutor(connection), _Migration("0001_initial", "toy")
    with monkeypatch.context() as killed, pytest.raises(RuntimeError):
        killed.setattr(executor, "record_migration", die)
        executor.apply_migration(ProjectState(), migration)
    assert TABLE not in connection.introspection.table_names()
    state = executor.apply_migration(ProjectState(), migration)
    try:
        assert TABLE in connection.introspection.table_names()
        assert ("toy", "0001_initial") in executor.recorder.applied_migrations()
    finally:
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            editor.delete_model(state.apps.get_model("toy", "Fir"))
        executor.recorder.record_unapplied("toy", "0001_initial")
