"""Everything we keep, as rows. One module a noun: functions that take a transaction and give frozen dataclasses."""
