"""What a step's command does, whoever starts it and wherever the program lies."""

from pathlib import Path

STARTERS = ("launch/run", "launch/srun")
HOW_IT_IS_STARTED = ("--program", "--launcher")  # of launch/scaling


def work_of(command):
    """The words that decide what comes of a step: its number of ranks, if any, and what stands
    behind the program, but for what says how it is started."""
    if any(map(Path(command[0]).match, STARTERS)):
        return command[1:2] + command[3:]
    words = command[1:]
    for option in HOW_IT_IS_STARTED:
        if option in words:
            at = words.index(option)
            words = words[:at] + words[at + 2:]
    return words
