"""A guest's pages: made on the server, without a script, so that a message's link opens on any phone."""
