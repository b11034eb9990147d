"""One file per resource: its schemas and its endpoints."""
