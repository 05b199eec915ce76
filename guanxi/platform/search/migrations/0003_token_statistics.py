from django.db import migrations

from guanxi.platform.search.operations import TokenStatistics


class Migration(migrations.Migration):
    dependencies = [("search", "0002_file_texts")]

    operations = [TokenStatistics()]
