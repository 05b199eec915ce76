"""Names in Chinese characters, written by their numbers: no such characters stand in code."""

HX = "\u534e\u4fe1\u79d1\u6280\u6709\u9650\u516c\u53f8"
CQ = "\u91cd\u5e86\u957f\u4e50\u884c\u94f6"
MIXED = "\u6c5f\u82cfABC\u4fe1\u606f(\u5357\u4eac)"
PERSON = "\u5355\u5c0f\u660e"
#: HX with a character missing.
WRONG = HX[0:3] + HX[4:]
