"""Practice lights."""
