"""The REST contract, once for every entity that is installed."""

from guanxi.platform.entities import registry
from tests.contract.api_suite import ApiContract


def _suites() -> dict[str, type]:
    found = {}
    for entity in registry.declared():
        name = "Test" + "".join(part.title() for part in entity.key.replace("_", ".").split(".")) + "Api"
        found[name] = type(name, (ApiContract,), {"key": entity.key, "__module__": __name__})
    return found


globals().update(_suites())


def test_every_entity_has_its_suite():
    keys = {
        suite.key
        for suite in globals().values()
        if isinstance(suite, type) and issubclass(suite, ApiContract) and suite is not ApiContract
    }
    assert keys == {entity.key for entity in registry.declared()}
