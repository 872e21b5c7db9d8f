"""Pure decisions: what a delivery means, whom to ask, what a page says, what to write. No I/O, no clock."""
