"""Invented people: a surname by its frequency and a given name."""

import random
from functools import cached_property

from guanxi.platform.directory.demo.data_files import DATA, read
from guanxi.platform.refdata.chinese.pinyin import pinyin_key

#: How often a surname of each list is drawn, of a hundred.
FREQUENCY = {"common": 46, "usual": 48, "rare": 6}


class Names:
    """People's names out of one sequence of chance; ``female`` decides the given name."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    @cached_property
    def _surnames(self) -> dict[str, list[str]]:
        return {key: words.split() for key, words in read(DATA / "names.json")["surnames"].items()}

    @cached_property
    def _given(self) -> dict[bool, list[str]]:
        names = read(DATA / "names.json")
        return {False: names["male"].split(), True: names["female"].split()}

    def surname(self) -> str:
        group = self._dice.choices(list(FREQUENCY), list(FREQUENCY.values()))[0]
        return self._dice.choice(self._surnames[group])

    def person(self, *, female: bool, surname: str = "") -> str:
        """A whole name; ``surname`` where it is given already, as in a family."""
        return (surname or self.surname()) + self._dice.choice(self._given[female])


def login_of(name: str) -> str:
    """A name in Latin letters as used for accounts and mail addresses."""
    return pinyin_key(name, person=True).replace(" ", "")
