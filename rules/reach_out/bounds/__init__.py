"""What bounds the haste of one person, so that it does not become a burden for another. A press is never refused."""
