"""Bookends: planned before a risky time, nudged, and passed on to the companion when missed."""
