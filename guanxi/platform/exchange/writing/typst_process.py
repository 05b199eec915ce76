"""The process that sets one document: order as JSON on standard input, document on standard output.

Run as a script by `typesetting.typeset`; imports nothing of the project.
"""

import json
import resource
import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

_TEMPLATES = Path(__file__).with_name("templates")
_MEMORY_BYTES = 3 * 1024**3
_CPU_SECONDS = 150


def main() -> None:
    """Compile what standard input orders."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    order = json.load(sys.stdin.buffer)
    # System fonts would make the same document look different on each machine.
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)],
    )
    document = typst.compile(
        _TEMPLATES / f"{order['template']}.typ",
        root=_TEMPLATES,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(order["data"], ensure_ascii=False)},
        format=order["output"],
        ppi=order["ppi"],
        pdf_tags=order["tagged"],
    )
    # Several PNG pages come as a list; our pictures have one page.
    sys.stdout.buffer.write(document[0] if isinstance(document, list) else document)


if __name__ == "__main__":
    main()
