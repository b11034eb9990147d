"""The database's history: append-only revisions, each of which works beside the release before it."""
