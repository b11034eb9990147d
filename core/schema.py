"""Which revision of the database this release needs; a newer one is good as well."""

MIN_REVISION = "0009"
