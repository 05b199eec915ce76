"""A field of companies that lies in a table of its own."""

from guanxi.platform.access import kinds
from guanxi.platform.access.beside import Beside, SideTable, register_table
from guanxi.platform.access.fields import Field, in_side_table
from guanxi.platform.entities.features import Feature, register_feature
from tests.fakes.models import Score

SCORES = register_table(SideTable("fakes.scores", Score, "company_id", "name", "value"))


class Scores(Feature):
    key = "fakes.scores"

    def fields(self, entity):
        if entity.key != "fakes.company":
            return []
        field = Field("score", kinds.DECIMAL, "Score", decimals=4)
        return [in_side_table(field, Beside(SCORES, "total"), origin=("fakes.address", "text"))]


register_feature(Scores())
