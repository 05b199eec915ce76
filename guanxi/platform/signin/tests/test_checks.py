"""The server does not start where passwords would travel unencrypted or limits would not hold."""

import pytest

from guanxi.platform.signin import checks


def found(settings, **changed) -> list[str]:
    for name, value in changed.items():
        setattr(settings, name, value)
    try:
        checks.refuse_unsafe()
    except SystemExit as end:
        return str(end).splitlines()
    return []


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://crm.example.org"]
)
def test_http_on_this_machine_and_https_anywhere(settings, url):
    assert found(settings, SITE_URL=url, BIND="127.0.0.1") == []


@pytest.mark.parametrize("url", ["http://crm.example.org", "http://10.0.0.7:8000", "http://0.0.0.0:8000"])
def test_plain_http_elsewhere_is_refused(settings, url):
    assert "unencrypted" in found(settings, SITE_URL=url)[0]


@pytest.mark.parametrize(
    ("bind", "proxy", "fine"), [("0.0.0.0", False, False), ("::", False, False), ("0.0.0.0", True, True)]
)
def test_an_open_port_needs_a_proxy_that_is_named(settings, bind, proxy, fine):
    said = found(settings, SITE_URL="https://crm.example.org", BIND=bind, TLS_PROXY=proxy)
    assert (said == []) is fine


def test_a_cache_of_one_process_is_refused(settings):
    local = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert "not shared" in found(settings, CACHES=local)[0]


@pytest.mark.parametrize("rules", [{"mfa": "sometimes"}, {"passwords": "none"}])
def test_unknown_rules_are_refused(settings, rules):
    assert len(found(settings, SIGNIN=rules)) == 1


@pytest.mark.parametrize(
    ("issuer", "hosts", "wrong"),
    [
        ("", [], ""),
        ("https://sso.example.com/realms/staff", ["sso.example.com"], ""),
        ("https://sso.example.com:8443/", ["sso.example.com:8443"], ""),
        ("https://sso.example.com/", [], "may not be called"),
        ("http://sso.example.com/", ["sso.example.com:80"], "could sign in as anybody"),
    ],
)
def test_an_identity_provider_is_called_safely_or_not_at_all(settings, issuer, hosts, wrong):
    lines = found(settings, OIDC={"issuer": issuer}, OUTBOUND={"hosts": hosts})
    assert wrong in lines[0] if wrong else lines == []


def test_calls_that_could_reach_this_machine_stop_the_server(settings):
    assert "127.0.0.0/8" in found(settings, OUTBOUND={"inner": ["127.0.0.0/8"]})[0]
