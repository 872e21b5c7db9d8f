"""A whole LearnLoop beside an emulated site, on this machine, with a month of one team in it.

`studio` sets both up, `month` plays the month through real webhooks and real HTTP, `check` says what came of it.
"""
