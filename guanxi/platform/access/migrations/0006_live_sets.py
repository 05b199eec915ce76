from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0005_record_sets")]

    operations = [
        migrations.AddField(
            model_name="recordset", name="live", field=models.TextField(blank=True, default="", editable=False)
        ),
    ]
