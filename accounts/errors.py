"""Why an act on people was refused."""


class NotAllowed(Exception):
    """The actor may not do this; says why in the reader's language."""


class Refused(Exception):
    """The act makes no sense as things stand; says why in the reader's language."""
