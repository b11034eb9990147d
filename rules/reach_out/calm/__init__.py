"""The calm ask: "Could somebody talk?". It wakes nobody, has no rungs, and one press makes it a press."""
