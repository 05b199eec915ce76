from django.db import migrations, models

import guanxi.platform.access.encrypted


def digest(name):
    return migrations.AddField(
        model_name='company',
        name=name,
        field=guanxi.platform.access.encrypted.DigestField(of='account', blank=True, default='', editable=False, max_length=64),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('fakes', '0001_initial'),
    ]

    operations = [
        digest('account_blind'),
        digest('account_tail'),
        migrations.AddField(
            model_name='company',
            name='account',
            field=guanxi.platform.access.encrypted.EncryptedField(blank=True, default='', digests=False, max_length=40, verbose_name='Account'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), models.Q(('account_blind', ''), _negated=True)), fields=('account_blind',), name='fakes_company_account'),
        ),
    ]
