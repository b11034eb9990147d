"""The days between: check-ins, reach-ins, connections."""
