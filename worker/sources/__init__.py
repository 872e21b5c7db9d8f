"""How sites tell us: headers and bytes in, a claim and an event out. Pure functions, one module a source."""
