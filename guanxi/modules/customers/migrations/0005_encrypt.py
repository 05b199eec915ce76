from django.db import migrations

from guanxi.platform.access.encrypting import encrypt_columns


class Migration(migrations.Migration):
    """In chunks with a transaction each: interrupted, it goes on where it stopped."""

    atomic = False

    dependencies = [
        ('customers', '0004_encrypted'),
    ]

    operations = [
        encrypt_columns('customers.customer.id_number', 'customers.bankaccount.number'),
    ]
