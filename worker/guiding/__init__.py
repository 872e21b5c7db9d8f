"""What the steps of the guide do, from the public address to the first delivery. It knows no browser.

Until its end a tenant of the guide is stopped, so that no job works for it, and nothing is written to its site.
"""
