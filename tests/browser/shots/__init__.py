"""Every screen of the phone app, checked for accessibility and overflow, and photographed."""
