"""Taking an account along: its export, and the import of one."""
