"""SIGINT, SIGTERM and SIGUSR1 ask a command of launch/ to stop, which then ends with STOPPED."""

import signal

STOPPED = 75
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


class StopAsked(BaseException):
    """By a signal."""


def raise_when_asked():
    """From now on the first signal raises StopAsked; later ones do not disturb the stopping."""
    def stop(_number, _frame):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise StopAsked

    for number in SIGNALS:
        signal.signal(number, stop)
