"""Accounts: people, sessions, passkeys, devices, channels, limits, export and erasure."""
