"""The outbox: which deliveries are written, still wanted, sent again, or given up."""
