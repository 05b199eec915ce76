"""Lines through the door of the import."""

import pytest

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run as do
from guanxi.platform.exchange.tests.importing import imported
from tests.fakes.models import Address, Company


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


def test_lines_go_to_their_parents(chief):
    do(commands.get("fakes.company.create"), chief, inputs={"code": "A-1", "name": "Acme"})
    chosen = imported("fakes.address", chief, "Company,Address\nA-1,Main St 1\nA-1,Side St 2\nNobody,Far\n")
    assert chosen.counters == {"created": 2, "refused": 1}
    assert {line.text for line in Address.objects.filter(company=Company.objects.get())} == {"Main St 1", "Side St 2"}
