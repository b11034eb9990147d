"""The words of an export's page, the longest part of a catalogue: a file for each language."""
