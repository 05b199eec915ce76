"""The leak matrix: every entity × every path that shows or changes data × every shape of rule × {page, token}.

``python3 run.py leaks`` prints last "N combinations, M leaks". See README.md.
"""
