"""The audit: rules over a record of calls, each a pure function, whoever recorded them.

A rule yields a judgement for every fact that it applies to, so that one that was never put to the test is told from one
that was kept.
"""
