"""Check-ins: written, shared part by part, taken back, seen."""
