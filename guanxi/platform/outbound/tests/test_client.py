"""The one way out (N11-N13, R42, R57): nothing reaches a canary on loopback but what was allowed, and nothing comes back but
what was asked for."""

import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.core.cache import cache

from guanxi.platform.messages.tests.mail_server import certificate
from guanxi.platform.outbound import addresses, wire
from guanxi.platform.outbound.client import call
from guanxi.platform.outbound.errors import NotAllowed, OutboundError, Unreachable
from guanxi.platform.outbound.models import Recipient, Traffic
from guanxi.platform.outbound.sessions import session
from guanxi.platform.outbound.tests.canary import SECRET, Canary, canary

pytestmark = pytest.mark.django_db(databases="__all__")
CONNECTOR = "signin.oidc"


def known(*hosts: str, active: bool = True) -> None:
    for host in hosts:
        Recipient.objects.create(
            connector=CONNECTOR, name=host, host=host, purpose="test", sent="nothing", basis="none", active=active
        )


@pytest.fixture
def bird(settings) -> Iterator[Canary]:
    """A canary that may be called."""
    cache.clear()
    with canary() as found:
        settings.OUTBOUND = {"hosts": [f"127.0.0.1:{found.port}", f"localhost:{found.port}"], "loopback": True}
        known("127.0.0.1", "localhost")
        yield found


def get(url: str, **more: Any) -> Any:
    return call(CONNECTOR, "GET", url, **more)


def counted() -> dict[str, int]:
    return dict(Traffic.objects.values_list("outcome", "count"))


def test_what_is_allowed_goes_out_and_is_counted(bird):
    answer = call(CONNECTOR, "POST", f"{bird.url}/ok?a=1", body=b"a=b", headers={"Accept": "application/json"})
    assert (answer.status, answer.json()) == (200, {"fine": True})
    assert bird.hits == ["POST /ok?a=1"]
    assert bird.heard["body"] == b"a=b"
    get(f"{bird.url}/ok")
    row = Traffic.objects.get()
    assert (row.connector, row.host, row.outcome, row.count) == (CONNECTOR, "127.0.0.1", "200", 2)
    assert (row.bytes_out, row.bytes_in) == (3, 28)


def test_without_settings_nothing_goes_out(bird, settings):
    settings.OUTBOUND = {}
    with pytest.raises(NotAllowed):
        get(f"{bird.url}/ok")
    settings.OUTBOUND = {"loopback": True}
    with pytest.raises(NotAllowed) as refusal:
        get(f"{bird.url}/ok")
    assert (refusal.value.code, bird.hits) == ("host", [])
    assert counted() == {"scheme": 1, "host": 1}


def test_a_connector_without_a_record_of_its_recipient_is_not_enabled(bird):
    Recipient.objects.update(active=False)
    with pytest.raises(NotAllowed) as refusal:
        get(f"{bird.url}/ok")
    Recipient.objects.update(active=True)
    with pytest.raises(NotAllowed):
        call("another.connector", "GET", f"{bird.url}/ok")
    assert (refusal.value.code, bird.hits) == ("recipient", [])


#: Ways to write this machine or its surroundings, each with what stands for the port of the canary.
VECTORS = [
    "https://127.0.0.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://127.1:{port}/",
    "https://[::1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://0.0.0.0:{port}/",
    "https://0:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{port}/",
    "https://public.example@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\\@public.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "//127.0.0.1:{port}/",
    "https://169.254.169.254:{port}/",
    "https://10.0.0.1:{port}/",
    "https://100.64.0.1:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[fd00::1]:{port}/",
    "https://[fe80::1]:{port}/",
    "https://127.0.0.1:{port}/ HTTP/1.1\r\nHost: x",
    "http://127.0.0.1:{port}/",
]


@pytest.mark.parametrize("vector", VECTORS)
def test_no_way_of_writing_leads_inside_even_if_somebody_allowed_it(vector, bird, settings):
    """Each host stands in the allow-list and in the register, as if an operator had been talked into it."""
    url = vector.format(port=bird.port)
    names = ["127.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "127.1", "::1", "::ffff:7f00:1", "::ffff:127.0.0.1"]
    names += ["0.0.0.0", "0", "127.0.0.1.", "public.example", "169.254.169.254", "10.0.0.1", "100.64.0.1", "fd00::1"]
    names += ["64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1"]
    settings.OUTBOUND = {"hosts": [f"[{name}]:{bird.port}" if ":" in name else f"{name}:{bird.port}" for name in names]}
    Recipient.objects.all().delete()
    known(*names)
    with pytest.raises(NotAllowed):
        get(url)
    assert bird.hits == []


def test_only_the_address_that_was_judged_is_called(bird, settings, monkeypatch):
    """A name that leads outside when it is looked at and inside when it is called (rebinding) is looked up once."""
    answers, called = [["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]], []
    monkeypatch.setattr(addresses, "resolve", lambda host, port: answers.pop(0))

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        called.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(wire.socket, "create_connection", connect)
    settings.OUTBOUND = {"hosts": [f"rebind.example:{bird.port}"]}
    known("rebind.example")
    with pytest.raises(Unreachable):
        get(f"https://rebind.example:{bird.port}/")
    assert (called, len(answers)) == ([("93.184.216.34", bird.port)], 2)
    with pytest.raises(NotAllowed) as refusal:
        get(f"https://rebind.example:{bird.port}/")
    assert (refusal.value.code, len(called), bird.hits) == ("inner", 1, [])


def test_one_inner_address_among_public_ones_refuses_the_name(bird, settings, monkeypatch):
    monkeypatch.setattr(addresses, "resolve", lambda host, port: ["93.184.216.34", "127.0.0.1"])
    settings.OUTBOUND = {"hosts": ["mixed.example"]}
    known("mixed.example")
    with pytest.raises(NotAllowed):
        get("https://mixed.example/")


@pytest.mark.parametrize(("address", "open_"), [("10.20.3.4", True), ("10.21.0.1", False), ("169.254.1.1", False)])
def test_a_private_network_is_open_where_the_settings_name_it(address, open_, settings, monkeypatch, bird):
    called = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        called.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(addresses, "resolve", lambda host, port: [address])
    monkeypatch.setattr(wire.socket, "create_connection", connect)
    settings.OUTBOUND = {"hosts": ["sso.corp"], "inner": ["10.20.0.0/16", "169.254.0.0/16"]}
    known("sso.corp")
    with pytest.raises(OutboundError):
        get("https://sso.corp/")
    assert called == ([address] if open_ else [])


def test_a_redirect_is_not_followed_and_tells_nothing(bird):
    with pytest.raises(NotAllowed) as refusal:
        get(f"{bird.url}/elsewhere")
    assert bird.hits == ["GET /elsewhere"]
    assert SECRET not in str(refusal.value)


def test_errors_and_logs_hold_nothing_of_the_answer(bird, caplog):
    with pytest.raises(Unreachable) as failure:
        get(f"{bird.url}/words").json()
    assert SECRET not in str(failure.value)
    get(f"{bird.url}/trouble")
    with pytest.raises(OutboundError):
        get(f"{bird.url}/elsewhere?secret={SECRET}")
    assert SECRET not in caplog.text


def test_an_answer_that_is_too_large_is_left(bird):
    with pytest.raises(Unreachable) as failure:
        get(f"{bird.url}/large", limit=4999)
    assert failure.value.code == "large"
    assert len(get(f"{bird.url}/large", limit=5000).body) == 5000


def test_a_server_that_drips_is_left_in_time(bird, settings):
    settings.OUTBOUND = {**settings.OUTBOUND, "total": 0.3}
    began = time.monotonic()
    with pytest.raises(Unreachable) as failure:
        get(f"{bird.url}/slowly")
    assert failure.value.code == "slow"
    assert time.monotonic() - began < 25, "the whole answer takes fifty seconds"


def test_a_connector_that_fails_again_and_again_rests(bird):
    for _turn in range(3):
        assert get(f"{bird.url}/trouble").status == 500
    with pytest.raises(Unreachable) as failure:
        get(f"{bird.url}/ok")
    assert (failure.value.code, len(bird.hits)) == ("resting", 3)
    cache.clear()
    assert get(f"{bird.url}/ok").status == 200
    assert counted() == {"500": 3, "resting": 1, "200": 1}


def test_a_refusal_of_ours_does_not_make_it_rest(bird):
    for _turn in range(5):
        with pytest.raises(NotAllowed):
            get(f"{bird.url}0/")
    assert get(f"{bird.url}/ok").status == 200


def test_proxies_of_the_environment_do_not_count(bird, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert get(f"{bird.url}/ok").status == 200
    assert session(CONNECTOR).get(f"{bird.url}/ok").json() == {"fine": True}


def test_the_dress_of_requests_lets_through_no_more(bird):
    answer = session(CONNECTOR).post(f"{bird.url}/ok", data={"a": "b"}, headers={"X-Own": "1", "Accept": "text/plain"})
    assert answer.ok
    assert bird.heard["body"] == b"a=b"
    assert "X-Own" not in bird.heard["headers"]
    for path in ("/elsewhere", "0/"):
        with pytest.raises(requests.RequestException):
            session(CONNECTOR).get(bird.url + path)
    assert "GET /inner" not in bird.hits


def test_a_certificate_that_nobody_vouches_for_is_refused(settings, tmp_path):
    cache.clear()
    context, authority = certificate(tmp_path, "localhost")
    with canary(context) as found:
        host = f"localhost:{found.port}"
        settings.OUTBOUND = {"hosts": [host, f"127.0.0.1:{found.port}"], "loopback": True, "ca": str(authority)}
        known("localhost", "127.0.0.1")
        assert get(f"https://{host}/ok").status == 200
        with pytest.raises(Unreachable) as other_name:
            get(f"https://127.0.0.1:{found.port}/ok")
        settings.OUTBOUND = {**settings.OUTBOUND, "ca": ""}
        with pytest.raises(Unreachable) as unknown:
            get(f"https://{host}/ok")
    assert (other_name.value.code, unknown.value.code) == ("tls", "tls")
    assert isinstance(unknown.value.__cause__, ssl.SSLError)
