"""Decision models for tests, written in a few words."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(*rules: Sequence[str], policy: str = "UNIQUE", more: str = "", given: str = "") -> str:
    """A table ``Level`` over the number ``amount`` and the text ``tier``; each rule is two cells and a result."""
    rows = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{escape(result)}</text></outputEntry></rule>"
        for *cells, result in rules
    )
    return (
        f'<definitions xmlns="{SPACE}" name="Levels" namespace="urn:test" id="levels">'
        '<inputData id="i1" name="amount"><variable name="amount" typeRef="number"/></inputData>'
        '<inputData id="i2" name="tier"><variable name="tier" typeRef="string"/></inputData>'
        '<decision id="d1" name="Level"><variable name="Level"/>'
        '<informationRequirement><requiredInput href="#i1"/></informationRequirement>'
        f'<informationRequirement><requiredInput href="#i2"/></informationRequirement>{given}'
        f'<decisionTable hitPolicy="{policy}">'
        "<input><inputExpression><text>amount</text></inputExpression></input>"
        "<input><inputExpression><text>tier</text></inputExpression></input>"
        f'<output name="Level"/>{rows}</decisionTable></decision>{more}</definitions>'
    )


LEVELS = model((">= 1000", '"A"', '"gold"'), (">= 1000", 'not("A")', '"silver"'), ("< 1000", "-", '"plain"'))
