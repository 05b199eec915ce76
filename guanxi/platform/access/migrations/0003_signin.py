from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_masks'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='last_active_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='Last active'),
        ),
        migrations.AddField(
            model_name='user',
            name='dormant_warned_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='must_change_password',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='user',
            name='password_changed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='sessions_from',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='networks',
            field=models.JSONField(blank=True, default=list, verbose_name='Networks'),
        ),
    ]
