"""Practice lights: a circle tries out its phones before the night, and what was proved by it."""
