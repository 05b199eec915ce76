"""Which addresses a night attacks, and that the attackers are told of what exists."""

from pathlib import Path

import pytest

from tests.attacks import schemathesis, sqlmap
from tests.attacks.target import Target

PATHS = [
    "/api/", "/api/undo/", "/api/jobs/{id}/", "/api/sales/lead/", "/api/sales/lead/{id}/", "/api/access/user/",
    "/api/access/user/count/", "/api/access/role/",
]  # fmt: skip


def test_the_nights_of_a_week_ask_every_address():
    nights = [schemathesis.of_night(PATHS, night, 7) for night in range(700, 707)]
    assert {path for one in nights for path in one} == set(PATHS)
    assert all({"/api/", "/api/undo/", "/api/jobs/{id}/"} <= set(one) for one in nights)


def test_addresses_of_a_kind_of_record_have_their_turn_together():
    for night in range(3):
        asked = schemathesis.of_night(PATHS, night, 3)
        assert ("/api/sales/lead/" in asked) == ("/api/sales/lead/{id}/" in asked)


def test_all_at_once_is_one_night():
    assert schemathesis.of_night(PATHS, 739_000, 1) == PATHS


class Answering(Target):
    def ask(self, address):
        if "/fields/" in address:
            return {"items": [{"key": "name"}, {"key": "tier"}]}
        return {"items": [{"id": 4}, {"id": 7}] if "/lead/" in address else []}


def test_the_attacker_knows_ids_and_fields_that_exist():
    text = schemathesis.knowing(Answering("", "", "", Path()), ["sales/lead", "access/role"])
    assert "[dictionaries.sales-lead-ids]\nvalues = [4, 7]\n" in text
    assert '"path.id" = { dictionary = "sales-lead-ids", probability = 0.7 }' in text
    assert "access-role-ids" not in text
    assert text.index("[dictionaries.sales-lead-keys]") < text.index("[[operations]]")


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({}, 0, "the planted hole found, 2 addresses, 0 give way, 0 not attacked, 0 faults"),
        ({"hole": "nothing"}, 1, "the planted hole not found"),
        ({"0": "sqlmap identified the following injection point(s)"}, 1, "1 give way"),
        ({"1": "unable to connect to the target URL"}, 1, "1 not attacked"),
    ],
)
def test_what_gives_way_what_was_not_attacked_and_a_hole_not_found_fail(
    said, status, told, monkeypatch, tmp_path, capsys
):
    usual = {"hole": "sqlmap identified", "0": "do not appear to be injectable", "1": "do not appear to be injectable"}
    monkeypatch.setattr(sqlmap, "_run", lambda on, address, parameters, folder, *_more: (usual | said)[folder.name])
    (tmp_path / "web.log").write_text("")
    assert sqlmap.attack(Target("", "", "", tmp_path / "web.log"), "count/") == status
    assert told in capsys.readouterr().out.splitlines()[-1]
