"""The circle: who is in it, when they can be reached, what is shared with them."""
