"""Request and response models that several resources share."""
