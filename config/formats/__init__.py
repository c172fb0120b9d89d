"""How dates and times read, for each language (FORMAT_MODULE_PATH): 24 hours, day before month."""
