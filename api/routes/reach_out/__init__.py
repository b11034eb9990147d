"""The reach-out: pressed, answered, talked through, closed, looked back on."""
