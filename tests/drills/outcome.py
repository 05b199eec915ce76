"""How a drill ends: one line of figures, and a status that says whether the promise was kept."""

import sys


def told(drill: str, line: str, kept: dict[str, bool]) -> int:
    """Print the line; what was not kept follows by name. Gives the exit status."""
    broken = [name for name, held in kept.items() if not held]
    verdict = f"NOT KEPT: {', '.join(broken)}" if broken else "kept"
    sys.stdout.write(f"{drill}: {line}; {verdict}\n")
    return 1 if broken else 0
