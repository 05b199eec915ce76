from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0006_envelope")]

    operations = [
        migrations.AddField(
            model_name="recordset", name="live", field=models.TextField(blank=True, default="", editable=False)
        ),
    ]
