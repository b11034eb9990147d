"""Which revision of the database this release needs; a newer one is good as well."""

NEEDED = "0009"
