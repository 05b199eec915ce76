from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="documenttemplate",
            name="names",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
