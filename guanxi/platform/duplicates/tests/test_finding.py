"""Finding what is likely the same: keys that follow every write, and only what the reader may know."""

import json
from collections import defaultdict
from pathlib import Path

from guanxi.platform.access.models import FieldRule, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.duplicates import candidates
from guanxi.platform.duplicates.candidates import asked
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.models import DuplicateKey
from guanxi.platform.duplicates.scoring import LIKELY, compare
from guanxi.platform.duplicates.selectors import SHOWN, likely, likely_each
from guanxi.platform.entities import registry
from tests.fakes.models import Company

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
NAME, SAME = SAMPLES["same"][0]
ALIKE = SAMPLES["alike"][0][1]
OTHER = SAMPLES["different"][3][0]


def company(actor, **inputs):
    pk = run(commands.get("fakes.company.create"), actor, inputs=inputs).ids[0]
    return Company.objects.get(pk=pk)


def edit(actor, record, **inputs):
    run(commands.get("fakes.company.edit"), actor, ids=[record.pk], inputs=inputs)


def entity():
    return registry.get("fakes.company")


def found(actor, **values):
    answer = likely(entity(), actor, Company(**values))
    return [(one.pk, why.score, dict(why.reasons)) for one, why in answer.records]


def test_the_same_and_alike_names_are_found(organisation):
    actor = organisation.everything()
    one = company(actor, name=NAME)
    company(actor, name=OTHER)
    assert found(actor, name=SAME) == [(one.pk, 85, {"name": 100})]
    ((pk, score, reasons),) = found(actor, name=ALIKE)
    assert (pk, set(reasons)) == (one.pk, {"name"})
    assert 60 <= score < 85


def test_equal_numbers_speak_for_and_different_ones_against(organisation):
    actor = organisation.everything()
    one = company(actor, name=NAME, account="6222 0001", phone="025-86801234", email="info@example.com")
    reasons = {"account": 100, "phone": 100, "email": 100}
    assert found(actor, name="x", account="62220001", phone="+86 25 86801234", email="INFO@example.com") == [
        (one.pk, 100, reasons)
    ]
    assert found(actor, name="x", phone="02586801234") == [(one.pk, 60, {"phone": 100})]
    assert found(actor, name=SAME, account="62229999") == []
    assert found(actor, name="x") == found(actor, name="x", phone="nonsense") == []


def test_keys_follow_every_write_and_hold_no_value(organisation):
    actor = organisation.everything()
    one = company(actor, name=NAME, phone="13912345678")
    kinds = set(DuplicateKey.objects.filter(record_id=one.pk).values_list("kind", flat=True))
    assert kinds == {"phone", "~name", "~head", "~sound"}
    edit(actor, one, phone="13987654321", name=OTHER)
    assert found(actor, name="x", phone="13912345678") == found(actor, name=SAME) == []
    assert [pk for pk, *_why in found(actor, name="x", phone="13987654321")] == [one.pk]
    create_many(entity(), actor, [Company(name=NAME, owner_id=actor.user_id), Company(name=SAME)])
    assert len(found(actor, name=NAME)) == 2


def test_deleted_records_and_the_record_itself_are_not_found(organisation):
    actor = organisation.everything()
    one = company(actor, name=NAME)
    assert likely(entity(), actor, one).records == ()
    run(commands.get("fakes.company.delete"), actor, ids=[one.pk])
    assert found(actor, name=SAME) == []


def test_what_is_beyond_reach_is_counted_only(organisation):
    theirs = organisation.actor("theirs", ("fakes.*", "*", "own"))
    one = company(theirs, name=NAME, phone="13912345678")
    mine = organisation.actor("mine", ("fakes.*", "*", "own"))
    answer = likely(entity(), mine, Company(name=SAME))
    assert (answer.records, answer.beyond, answer.departments) == ((), 1, (one.department_id,))


def test_hidden_fields_play_no_part(organisation):
    actor = organisation.everything()
    company(actor, name=NAME, phone="13912345678", email="info@example.com")
    reader = organisation.actor("reader", ("fakes.*", "view create", "all"))
    role = UserRole.objects.get(user_id=reader.user_id).role
    role.field_rules.all().delete()
    for key in ("phone", "email"):
        FieldRule.objects.create(role=role, entity="fakes.company", field=key, rule=FieldRule.Rule.HIDE)
    reader = organisation.actor("reader")
    assert found(reader, name="x", phone="13912345678", email="info@example.com") == []
    assert [reasons for _pk, _score, reasons in found(reader, name=SAME, phone="13912345678")] == [{"name": 100}]


def test_the_number_of_queries_does_not_grow(organisation, django_assert_max_num_queries):
    actor = organisation.everything()
    create_many(entity(), actor, [Company(name=NAME, phone="13912345678") for _n in range(30)])
    found(actor, name=SAME)  # what is read once
    with django_assert_max_num_queries(5):
        assert len(found(actor, name=SAME, phone="13912345678")) == 5


def test_no_pair_is_lost_on_the_way(organisation):
    """What is read in steps gives what comparing each record with all that share any key of it gives."""
    actor = organisation.everything()
    names = [one for way in ("same", "alike", "different") for pair in SAMPLES[way] for one in pair]
    phones = ["13912345678", "13987654321", ""]
    create_many(entity(), actor, [Company(name=one, phone=phones[at % 3]) for at, one in enumerate(names)])
    records, keys = list(Company.objects.order_by("pk")), defaultdict(set)
    for pk, digest in DuplicateKey.objects.values_list("record_id", "digest"):
        keys[pk].add(digest)
    option = duplicates_of(entity())
    sides = candidates.sides(entity(), option, list(keys))
    known = set(entity().readable(actor))
    answers = likely_each(entity(), actor, asked(entity(), records, known), known)
    for record, answer in zip(records, answers, strict=True):
        near = [pk for pk, digests in keys.items() if pk != record.pk and digests & keys[record.pk]]
        weighed = [(pk, compare(option, sides[record.pk], sides[pk])) for pk in near]
        hits = sorted((one for one in weighed if one[1].score >= LIKELY), key=lambda one: (-one[1].score, one[0]))
        assert list(answer.records) == hits[:SHOWN]
    assert any(answer.records for answer in answers)


def test_a_number_that_many_share_counts_beside_alike_names(organisation, monkeypatch):
    monkeypatch.setattr(candidates, "BLOCK_LIMIT", 3)
    actor = organisation.everything()
    one = company(actor, name="Acme Trading", phone="13912345678")
    create_many(entity(), actor, [Company(name=name, phone="13912345678") for name in ("Foo", "Bar", "Quux")])
    assert found(actor, name="Acme Holding") == []
    assert found(actor, name="Acme Holding", phone="13912345678") == [(one.pk, 83, {"phone": 100, "name": 67})]
    assert found(actor, name="Else", phone="13912345678") == []
