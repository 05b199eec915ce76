from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keeping", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="cleanuprule",
            name="data",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="Kind of data"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="cleanuprule",
            name="action",
            field=models.CharField(
                choices=[
                    ("bin", "Move to the recycle bin"),
                    ("purge", "Remove for good from the recycle bin"),
                    ("empty", "Empty personal data"),
                ],
                default="bin",
                max_length=8,
                verbose_name="What happens",
            ),
        ),
    ]
