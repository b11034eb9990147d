"""The oldest database revision that this release works with; newer ones are accepted too."""

MIN_REVISION = "0024"
