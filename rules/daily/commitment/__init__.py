"""Commitments: something a person means to do on certain days, when it is due, and the one other who may know of it."""
