"""The emulated site on its own: its behaviour over HTTP, and clients nobody here wrote."""
