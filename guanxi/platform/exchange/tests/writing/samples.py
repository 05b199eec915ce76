"""Chinese sample texts and the formula triggers of the trust bar, shared by the tests of the writers."""

import json
from pathlib import Path

#: Sample texts by a key that says what they are.
ZH: dict[str, str] = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))

#: First characters by which a spreadsheet may take a text for a formula, full width included.
TRIGGERS = ["=", "+", "-", "@", "\t", "\r", "\0", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
