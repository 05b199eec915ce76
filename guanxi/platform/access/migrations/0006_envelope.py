import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0005_record_sets'),
    ]

    operations = [
        migrations.CreateModel(
            name='EnvelopeKey',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False)),
                ('wrapped', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
