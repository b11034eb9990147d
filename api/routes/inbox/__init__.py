"""The inbox: notices, what was read, and receipts of deliveries."""
