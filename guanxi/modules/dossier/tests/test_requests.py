"""Protected fields are changed by requests: refused at every door, asked for with a site check, decided by another person."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import credit_code
from guanxi.modules.dossier.choices import State
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.modules.dossier.tests.conftest import FILES, customer, edit, photo
from guanxi.platform.access import deputies, gate, tokens
from guanxi.platform.access.models import FieldRule, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import history
from guanxi.platform.exchange.tests.importing import imported
from guanxi.platform.files.models import File


def ask(actor, record, **inputs) -> ChangeRequest:
    values = {"reason": "The licence was issued anew", **inputs}
    if "checked_on" not in values:
        values |= {"checked_by": actor.user_id, "checked_on": actor.today().isoformat(), "evidence": photo(actor)}
    run(commands.get("customers.customer.request_change"), actor, ids=[record.pk], inputs=values)
    return ChangeRequest.objects.latest("pk")


def decide(verb, actor, request, **inputs):
    run(commands.get(f"dossier.changerequest.{verb}"), actor, ids=[request.pk], inputs=inputs)
    request.refresh_from_db()


def errors_of(call, *args, **inputs) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        call(*args, **inputs)
    return refusal.value.errors


@pytest.fixture
def browser(clerk) -> Client:
    client = Client()
    User.objects.update(language="en")
    client.force_login(User.objects.get(pk=clerk.user_id))
    return client


# --- no way round -------------------------------------------------------------------------------------------
def test_a_protected_field_is_not_edited_directly_and_others_are(protect, clerk, chief, acme):
    protect("name")
    errors = errors_of(edit, clerk, acme, name="Birch", short_name="B")
    assert set(errors) == {"name"} and "Request a change" in errors["name"]
    edit(clerk, acme, short_name="A", name="Acme")
    edit(chief, acme, name="Birch")
    acme.refresh_from_db()
    assert (acme.name, acme.short_name) == ("Birch", "A")


def test_the_right_to_change_directly_reaches_only_where_it_was_given(protect, organisation, clerk, chief):
    protect("name")
    keeper = organisation.actor("keeper", *FILES, ("customers.customer", "edit_protected", "own"))
    mine, other = customer(keeper), customer(chief, name="Other")
    edit(keeper, mine, name="Birch")
    assert set(errors_of(edit, keeper, other, name="Cedar")) == {"name"}


def test_an_empty_field_is_filled_without_asking_unless_it_is_protected_too(protect, clerk, chief, acme):
    row = protect("short_name")
    edit(clerk, acme, short_name="A")
    assert set(errors_of(edit, clerk, acme, short_name="B")) == {"short_name"}
    assert set(errors_of(edit, clerk, acme, short_name="")) == {"short_name"}
    other = protect("address", empty_too=True)
    assert set(errors_of(edit, clerk, acme, address="Nanjing")) == {"address"}
    for one in (row, other):
        run(commands.get("dossier.protectedfield.deactivate"), chief, ids=[one.pk])
    edit(clerk, acme, short_name="B", address="Nanjing")


def test_protection_begins_with_the_review_where_settings_say_so(protect, clerk, chief, acme):
    protect("name", since="second")
    edit(clerk, acme, name="Birch")
    run(commands.get("customers.customer.first_review"), clerk, ids=[acme.pk])
    edit(clerk, acme, name="Cedar")
    run(commands.get("customers.customer.second_review"), chief, ids=[acme.pk])
    assert set(errors_of(edit, clerk, acme, name="Acme")) == {"name"}


def test_the_form_shows_what_is_protected_locked_with_the_way_to_ask(
    protect, organisation, clerk, chief, acme, browser
):
    protect("legal_representative")
    protect("short_name")
    page = reverse("edit", args=["customers", "customer", acme.pk])
    form = browser.get(page).content.decode()
    assert 'name="legal_representative"' not in form and "Wang Fang" in form and "Request a change" in form
    assert 'name="short_name"' in form and 'name="name"' in form  # an empty field is filled without asking
    saved = browser.post(page, {"name": "Birch", "version": acme.version})
    assert saved.status_code == 302
    acme.refresh_from_db()
    assert (acme.name, acme.legal_representative) == ("Birch", "Wang Fang")
    browser.force_login(User.objects.get(pk=chief.user_id))
    assert 'name="legal_representative"' in browser.get(page).content.decode()


def test_no_door_lets_it_through(protect, clerk, acme, browser):
    protect("name")
    page = reverse("edit", args=["customers", "customer", acme.pk])
    assert browser.post(page, {"name": "Birch", "version": acme.version}).status_code == 422
    for door, key in (("cell", []), ("property", ["name"])):
        address = reverse(door, args=["customers", "customer", acme.pk, *key]) + "?column=name"
        said = browser.post(address, {"name": "Birch", "version": "1"})
        assert said.status_code == 422 and "Request a change" in said.content.decode(), door
    secret = tokens.create(clerk, "test", 1, read_only=False)
    rest = Client().patch(
        f"/api/customers/customer/{acme.pk}/", {"name": "Birch"}, "application/json",
        headers={"authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert rest.status_code == 400 and "Request a change" in rest.content.decode()
    table = imported(
        "customers.customer", clerk, f"Customer code,Customer name\n{acme.code},Birch\nN-1,New\n", existing="update"
    )
    assert table.counters == {"created": 1, "refused": 1}
    other = customer(clerk, name="Other")
    preview = selection.preview(commands.get("customers.customer.edit"), clerk, ids=[acme.pk, other.pk])
    selection.confirm(preview.selection, clerk, {"name": "Same"}, skip=True)
    chunk = next(iter(selection.carry_out(preview.selection, clerk)))
    assert chunk.done == () and "Request a change" in chunk.left[acme.pk]
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Acme", "New", "Other"]


def test_undo_is_no_way_round_either(protect, clerk, chief, acme):
    batch, other = uuid.uuid4(), uuid.uuid4()
    command = commands.get("customers.customer.edit")
    run(command, chief, ids=[acme.pk], inputs={"name": "Birch"}, batch=batch)
    protect("name")
    assert "protected" in undo_batch(batch, clerk).left[acme.pk]
    run(command, clerk, ids=[acme.pk], inputs={"short_name": "A"}, batch=other)
    assert undo_batch(other, clerk).done == [acme.pk]
    assert Customer.objects.get().name == "Birch"


# --- asking -------------------------------------------------------------------------------------------------
def test_a_request_is_approved_by_another_person_and_written_by_the_edit_command(protect, clerk, reviewer, acme):
    protect("name")
    protect("legal_representative")
    request = ask(clerk, acme, name="Birch", legal_representative="Li Na")
    assert (request.state, request.requested_by_id, request.changes["name"]) == (
        State.WAITING,
        clerk.user_id,
        ["Acme", "Birch"],
    )
    assert File.objects.get(pk=request.evidence_id).record_id == request.pk
    assert Customer.objects.get().name == "Acme"
    with pytest.raises(gate.Forbidden):
        decide("approve", clerk, request)
    decide("approve", reviewer, request, answer="Seen")
    acme.refresh_from_db()
    assert (acme.name, acme.legal_representative) == ("Birch", "Li Na")
    assert (request.state, request.decided_by_id, request.answer) == (State.APPROVED, reviewer.user_id, "Seen")
    told = [(event.kind, event.actor_id) for event in history("customers.customer", acme.pk, limit=1)]
    assert told == [("customers.customer.edited", clerk.user_id)]
    kinds = list(Event.objects.filter(customer_id=acme.pk).order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["dossier.changerequest.filed", "customers.customer.edited", "dossier.changerequest.approved"]
    with pytest.raises(Blocked):
        decide("approve", reviewer, request)


def test_nobody_decides_their_own_request_nor_does_their_deputy(protect, organisation, chief, acme):
    protect("name")
    request = ask(chief, acme, name="Birch")
    with pytest.raises(Blocked):
        decide("approve", chief, request)
    with pytest.raises(Blocked):
        decide("refuse", chief, request, answer="No")
    other = organisation.everything("other")
    deputies.appoint(chief, chief.me, other.me, chief.today(), chief.today())
    with pytest.raises(Blocked):
        decide("approve", organisation.everything("other"), request)
    assert Customer.objects.get().name == "Acme"


def test_refused_and_withdrawn_requests_leave_the_customer_as_it_is(protect, clerk, reviewer, chief, acme):
    protect("name")
    refused, withdrawn = ask(clerk, acme, name="Birch"), ask(clerk, acme, name="Cedar")
    assert set(errors_of(decide, "refuse", reviewer, refused)) == {"answer"}
    decide("refuse", reviewer, refused, answer="The photo shows another house")
    with pytest.raises(Blocked):
        decide("withdraw", chief, withdrawn)
    decide("withdraw", clerk, withdrawn)
    assert (refused.state, withdrawn.state) == (State.REFUSED, State.WITHDRAWN)
    assert Customer.objects.get().name == "Acme"


def test_what_is_asked_for_must_differ_fit_and_be_checked_on_site(protect, clerk, chief, acme):
    protect("name")
    protect("credit_code", site_check=False)
    assert "" in errors_of(ask, clerk, acme, name="Acme")
    assert "name" in errors_of(ask, clerk, acme, name="")
    assert "credit_code" in errors_of(ask, clerk, acme, credit_code="91320100000000001Z")
    bare = {"checked_on": ""}
    assert set(errors_of(ask, clerk, acme, name="Birch", **bare)) == {"checked_by", "checked_on", "evidence"}
    assert "checked_on" in errors_of(ask, clerk, acme, name="Birch", checked_on="2999-01-01")
    assert not ChangeRequest.objects.exists()
    assert ask(clerk, acme, credit_code=credit_code(1), **bare).evidence_id is None


def test_the_reviewer_is_told_what_was_changed_meanwhile(protect, clerk, reviewer, chief, acme):
    protect("name")
    first, second = ask(clerk, acme, name="Birch"), ask(clerk, acme, name="Cedar")
    edit(clerk, acme, short_name="A")
    assert set(errors_of(decide, "approve", reviewer, first)) == {"looked"}
    decide("approve", reviewer, first, looked=True)
    message = errors_of(decide, "approve", reviewer, second, looked=True)[""]
    assert "Name" in message and Customer.objects.get().name == "Birch"


def test_whoever_asked_must_still_be_allowed_to_change_the_customer(protect, clerk, reviewer, acme):
    protect("name")
    request = ask(clerk, acme, name="Birch")
    UserRole.objects.filter(user_id=clerk.user_id).delete()
    assert "" in errors_of(decide, "approve", reviewer, request)
    assert ChangeRequest.objects.get().state == State.WAITING and Customer.objects.get().name == "Acme"


# --- who sees what ------------------------------------------------------------------------------------------
def test_a_request_shows_values_only_to_those_who_see_the_field(protect, organisation, clerk, reviewer, acme, client):
    protect("legal_representative")
    protect("short_name")
    request = ask(clerk, acme, legal_representative="Zhang Xiaoming", short_name="Birch")
    User.objects.update(language="en")
    client.force_login(User.objects.get(pk=reviewer.user_id))
    panel = reverse("panel", args=["dossier", "changerequest", request.pk, "dossier.changes"])
    assert "Zhang Xiaoming" in client.get(panel).content.decode()
    rules = FieldRule.objects.filter(
        role__in=UserRole.objects.filter(user_id=reviewer.user_id).values("role"), field="@"
    )
    rules.update(rule=FieldRule.Rule.MASK)
    masked = client.get(panel).content.decode()
    assert "Zhang" not in masked and "Wang Fang" not in masked and "Z**" in masked and "Birch" in masked
    rules.update(rule=FieldRule.Rule.HIDE)
    hidden = client.get(panel).content.decode()
    assert "Z**" not in hidden and "1 field is not open to you" in hidden
    for page in ("record", "list"):
        args = ["dossier", "changerequest", *([request.pk] if page == "record" else [])]
        assert "Zhang" not in client.get(reverse(page, args=args)).content.decode()
    assert "Zhang" not in str(list(Event.objects.filter(entity="dossier.changerequest").values_list("diff", "note")))


def test_requests_are_seen_with_the_right_and_the_customer_only(protect, organisation, clerk, chief, acme):
    protect("name")
    request = ask(clerk, acme, name="Birch")
    owner_only = organisation.actor("owner", ("dossier.changerequest", "view approve", "own"))
    with pytest.raises(gate.NotFound):
        decide("approve", owner_only, request)
    reader = organisation.actor("reader", ("customers.*", "view", "all"))
    with pytest.raises(gate.Forbidden):
        ask(reader, acme, name="Birch")


def test_the_dialog_begins_with_what_is_there_and_asks_for_what_was_changed(protect, clerk, acme, browser):
    protect("name")
    protect("short_name")
    dialog = reverse("command", args=["customers", "customer", acme.pk, "request_change"])
    assert 'value="Acme"' in browser.get(dialog).content.decode()
    sent = {
        "name": "Birch", "short_name": "", "reason": "New licence", "checked_by": clerk.user_id,
        "checked_on": clerk.today().isoformat(), "evidence": photo(clerk),
    }  # fmt: skip
    assert browser.post(dialog, sent).status_code in (200, 204, 302)
    assert ChangeRequest.objects.get().changes == {"name": ["Acme", "Birch"]}


def test_there_is_nothing_to_ask_for_where_nothing_is_protected(clerk, acme):
    with pytest.raises(Blocked):
        ask(clerk, acme)
