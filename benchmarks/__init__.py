"""Measures Porchlight and compares it with floors: `python -m benchmarks [name…] [--short]`."""
