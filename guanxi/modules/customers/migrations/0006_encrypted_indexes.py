from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_encrypt'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('id_number_blind', ''), _negated=True), fields=['id_number_blind'], name='customers_id_number'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('id_number_tail', ''), _negated=True), fields=['id_number_tail'], name='customers_id_tail'),
        ),
        migrations.AddIndex(
            model_name='bankaccount',
            index=models.Index(fields=['number_blind'], name='customers_bank_number'),
        ),
        migrations.AddIndex(
            model_name='bankaccount',
            index=models.Index(fields=['number_tail'], name='customers_bank_tail'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(fields=('customer', 'number_blind'), name='customers_bank_once'),
        ),
    ]
