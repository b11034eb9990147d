"""Background work: due rungs, bookends and deliveries, and periodic jobs."""
