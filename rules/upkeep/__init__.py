"""Upkeep: the auditor, retention, and what erasure leaves behind in files."""
