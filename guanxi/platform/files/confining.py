"""Where the script lies that puts another program within limits."""

from pathlib import Path

CONFINED = Path(__file__).with_name("confined.py")
