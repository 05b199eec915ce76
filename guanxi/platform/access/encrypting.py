"""Encrypting a column that holds plain texts already: the work of a data migration."""

from typing import Any

from django.db import migrations, models, transaction

from guanxi.platform.access.encrypted import EncryptedField, new_uid
from guanxi.platform.bulk import update_changed

CHUNK = 500


def encrypt_columns(*names: str) -> migrations.RunPython:
    """The operation that encrypts ``app.model.field`` each, after the columns of the digests were added. It goes in chunks
    with a transaction each, so its migration is not atomic; interrupted, it goes on where it stopped."""

    def run(apps: Any, schema_editor: Any) -> None:
        for name in names:
            app, model, field = name.split(".")
            encrypt_column(apps.get_model(app, model), field, schema_editor.connection.alias)

    return migrations.RunPython(run)


def encrypt_column(model: type[models.Model], name: str, using: str = "default") -> int:
    """Encrypt the plain texts left in a column; how many they were. A row without its digest still holds one."""
    field = model._meta.get_field(name)
    assert isinstance(field, EncryptedField)
    left = model._base_manager.using(using).filter(**{f"{name}_blind": ""}).exclude(**{name: ""}).order_by("pk")
    done = 0
    while True:
        with transaction.atomic(using=using):
            rows = list(left.values_list("pk", "uid", name)[:CHUNK])
            update_changed(model, [(pk, None, _sealed(field, uid, held.stored)) for pk, uid, held in rows], using=using)
        done += len(rows)
        if len(rows) < CHUNK:
            return done


def _sealed(field: EncryptedField, uid: Any, plain: str) -> dict[str, Any]:
    uid = uid or new_uid()
    return {"uid": uid, **field.sealed(uid, plain)}
