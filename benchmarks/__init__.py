"""Measures Porchlight against floors that it brings along: `python -m benchmarks [name…] [--short]`."""
