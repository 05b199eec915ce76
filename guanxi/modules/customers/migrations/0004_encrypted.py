from django.db import migrations, models

import guanxi.platform.access.encrypted


def digest(model, name, of):
    return migrations.AddField(
        model_name=model,
        name=name,
        field=guanxi.platform.access.encrypted.DigestField(of=of, blank=True, default='', editable=False, max_length=64),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_team'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_id_number',
        ),
        migrations.RemoveConstraint(
            model_name='bankaccount',
            name='customers_bank_once',
        ),
        digest('customer', 'id_number_blind', 'id_number'),
        digest('customer', 'id_number_tail', 'id_number'),
        migrations.AddField(
            model_name='bankaccount',
            name='uid',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        digest('bankaccount', 'number_blind', 'number'),
        digest('bankaccount', 'number_tail', 'number'),
        migrations.AlterField(
            model_name='customer',
            name='id_number',
            field=guanxi.platform.access.encrypted.EncryptedField(blank=True, digests=False, max_length=32, verbose_name='Document number'),
        ),
        migrations.AlterField(
            model_name='bankaccount',
            name='number',
            field=guanxi.platform.access.encrypted.EncryptedField(digests=False, max_length=40, verbose_name='Account number'),
        ),
    ]
