"""The database's revisions: append-only, and each compatible with the previous release."""
