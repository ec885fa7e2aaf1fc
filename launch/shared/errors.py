"""What ends a command of launch/ with exit status 2."""


class BadUsage(Exception):
    """What the user asked for cannot be done; the message says why and what to do."""
