from django.db import migrations, models

import guanxi.platform.search.models
from guanxi.platform.search.operations import TokenIndex


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="SearchKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=100, unique=True)),
                ("signature", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tokens", guanxi.platform.search.models.TokensField()),
            ],
            options={"default_permissions": ()},
        ),
        TokenIndex(),
    ]
