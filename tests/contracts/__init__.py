"""What we send and what the emulated site answers, held against Atlassian's own specifications."""
