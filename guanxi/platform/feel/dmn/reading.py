"""From the XML of a decision model (DMN 1.1 to 1.5) to a Model."""

from guanxi.platform.feel import conformity, types
from guanxi.platform.feel.dmn import xml
from guanxi.platform.feel.dmn.logic import Reader
from guanxi.platform.feel.dmn.model import Decision, Given, Knowledge, Model
from guanxi.platform.feel.dmn.xml import Element
from guanxi.platform.feel.types import Type

_NAMED = {
    "inputData", "decision", "businessKnowledgeModel", "variable", "itemComponent", "column", "formalParameter",
    "parameter", "output", "itemDefinition",
}  # fmt: skip


def read_model(data: bytes) -> Model:
    """The model of a file. Texts that cannot be read are among its faults. Raises ModelError for XML that is no model."""
    root = xml.read(data)
    known, allowed = _types(root)
    # Parameters may be named like paths ("loan.rate"): those count only within their function.
    names = frozenset(
        one.get("name")
        for one in root.walk()
        if one.name in _NAMED and one.get("name").strip() and not ("." in one.get("name") and "arameter" in one.name)
    )
    iterators = frozenset(one.get("iteratorVariable") for one in root.walk() if one.get("iteratorVariable"))
    reader = Reader(names | iterators, known, allowed)
    given = {_id(one): Given(_id(one), one.get("name"), _type(reader, one)) for one in root.all("inputData")}
    decisions = {_id(one): _decision(reader, one) for one in root.all("decision")}
    knowledge = {_id(one): _knowledge(reader, one) for one in root.all("businessKnowledgeModel")}
    return Model(root.get("name"), root.get("namespace"), given, decisions, knowledge, known, tuple(reader.faults))


def _id(element: Element) -> str:
    return element.get("id") or element.get("name")


def _type(reader: Reader, element: Element) -> Type | None:
    variable = element.one("variable")
    return reader.type(variable.get("typeRef") or variable.words("typeRef")) if variable else None


def _needs(element: Element, requirement: str, *kinds: str) -> tuple[str, ...]:
    found = [one.one(*kinds) for one in element.all(requirement)]
    return tuple(one.get("href").rpartition("#")[2] for one in found if one)


def _decision(reader: Reader, element: Element) -> Decision:
    reader.where = element.get("name")
    table = element.one("decisionTable")
    return Decision(
        id=_id(element),
        name=element.get("name"),
        logic=reader.logic_of(element),
        needs=_needs(element, "informationRequirement", "requiredInput", "requiredDecision"),
        knowledge=_needs(element, "knowledgeRequirement", "requiredKnowledge"),
        type=_type(reader, element),
        table=reader.table(table) if table else None,
    )


def _knowledge(reader: Reader, element: Element) -> Knowledge:
    reader.where = element.get("name")
    logic = element.one("encapsulatedLogic")
    return Knowledge(
        id=_id(element),
        name=element.get("name"),
        parameters=reader.parameters(logic) if logic else (),
        logic=reader.body(logic) if logic else None,
        knowledge=_needs(element, "knowledgeRequirement", "requiredKnowledge"),
        type=reader.type(logic.get("typeRef")) if logic else None,
    )


# --- item definitions -------------------------------------------------------------------------------------------------
def _types(root: Element) -> tuple[dict[str, Type], dict[str, str]]:
    """The types of a model by name, and the texts of their allowed values ("type" or "type.component")."""
    definitions = {one.get("name"): one for one in root.all("itemDefinition")}
    known: dict[str, Type] = {}
    for name in definitions:
        _resolve(name, definitions, known, frozenset())
    allowed: dict[str, str] = {}
    for name, one in definitions.items():
        allowed[name] = one.words("allowedValues", "text")
        for component in one.all("itemComponent"):
            allowed[f"{name}.{component.get('name')}"] = component.words("allowedValues", "text")
    return known, {name: text for name, text in allowed.items() if text}


def _resolve(name: str, definitions: dict[str, Element], known: dict[str, Type], within: frozenset[str]) -> Type:
    name = name.removeprefix("feel:").strip()
    if name in known:
        return known[name]
    if name not in definitions or name in within:
        return conformity.NAMED.get(name, types.ANY)
    known[name] = _built(definitions[name], definitions, known, within | {name})
    return known[name]


def _built(element: Element, definitions: dict[str, Element], known: dict[str, Type], within: frozenset[str]) -> Type:
    components = element.all("itemComponent")
    if components:
        made = types.context_of({one.get("name"): _built(one, definitions, known, within) for one in components})
    else:
        made = _resolve(element.words("typeRef"), definitions, known, within)
    return types.list_of(made) if element.get("isCollection") == "true" else made
