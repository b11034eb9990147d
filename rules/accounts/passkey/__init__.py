"""Passkeys: their challenges, adding and removing them, signing in and signing up with them."""
