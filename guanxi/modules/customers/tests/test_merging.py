"""The past of a merged customer, with all that happened around it."""

import re

from django.test import Client

from guanxi.modules.customers.tests.factories import ContactFactory, CustomerFactory
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from tests.organisation import Organisation


def test_what_happened_around_a_merged_customer_is_told_once(organisation: Organisation, client: Client) -> None:
    chief = organisation.everything()
    User.objects.update(language="en")
    client.force_login(organisation.users["chief"])
    stays, goes = CustomerFactory(), CustomerFactory()
    contact = ContactFactory(customer=goes)
    run(commands.get("customers.contact.edit"), chief, ids=[contact.pk], inputs={"title": "Buyer"})
    run(
        commands.get("customers.customer.merge"),
        chief,
        ids=[stays.pk],
        inputs={"other": goes.pk, "take": []},
    )
    text = client.get(f"/customers/customer/{stays.pk}/tab/timeline/", {"kind": "changes"}).content.decode()
    entries = re.findall(r'<li class="gx-entry.*?</li>', text, re.DOTALL)
    edited = [entry for entry in entries if "Buyer" in entry]
    assert len(edited) == 1 and f"Merged from {goes.name}" in edited[0]
    ids = re.findall(r'id="entry-event-(\d+)"', text)
    assert len(ids) == len(set(ids))
