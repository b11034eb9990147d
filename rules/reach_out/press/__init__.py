"""The press: read once, choose, then the first press or a further one on what is open."""
