"""What time drives."""
