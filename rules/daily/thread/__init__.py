"""The thread of two people: its items, words and marks of a talk, and the limits of words."""
