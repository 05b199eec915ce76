from django.db import migrations

import guanxi.platform.access.encrypted_json


def encrypt(apps, schema_editor):
    """What waits for a decision, or was previewed just now: few rows."""
    for name in ('HeldCommand', 'Selection'):
        rows = apps.get_model('commands', name).objects.using(schema_editor.connection.alias)
        for row in rows.only('inputs'):
            row.save(update_fields=['inputs'])


class Migration(migrations.Migration):

    dependencies = [
        ('commands', '0002_on_behalf'),
    ]

    # On PostgreSQL a table cannot be altered and written in one transaction.
    atomic = False

    operations = [
        migrations.AlterField(
            model_name='heldcommand',
            name='inputs',
            field=guanxi.platform.access.encrypted_json.EncryptedJSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='selection',
            name='inputs',
            field=guanxi.platform.access.encrypted_json.EncryptedJSONField(default=dict),
        ),
        migrations.RunPython(encrypt, migrations.RunPython.noop),
    ]
