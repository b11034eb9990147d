"""Guests: helpers with only a name and an address, from their yes to an account of their own."""
