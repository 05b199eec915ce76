from guanxi.platform.refdata.models.code import Code
from guanxi.platform.refdata.models.industry import Industry
from guanxi.platform.refdata.models.region import Region
from guanxi.platform.refdata.models.translated import Translated, TreeNode

__all__ = ["Code", "Industry", "Region", "Translated", "TreeNode"]
