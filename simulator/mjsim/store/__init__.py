"""Stores keep facts. They know no rule of the service: what a job looks like at an instant is the core's business.

`opening` chooses one; `embedded` is what both have in common, over a `ledger`, and `codec` what jobs are kept as.
In memory: `memory` and `archive` (jobs), `shelf` with `order` and `upcoming` (lists by status), `wallet`, `sources`, and
`mailroom` with `agenda`, `letters` and `roll` (webhooks).
In a file: `sqlite` and `table` (jobs), `listing` with `tallies`, `repeats`, `purse`, `sourcetable`, `outbox`, over
`connection` and `schema`. `datafile` takes the one along to the other, and `arrival` looks at what comes.
"""
