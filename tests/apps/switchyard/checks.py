"""How programs that check results end."""


def status_of(checks):
    """Prints the names of those checks, pairs (name, whether it is right), that are wrong; the exit
    status."""
    wrong = [name for name, right in checks if not right]
    for name in wrong:
        print(f"differs: {name}")
    return int(len(wrong) > 0)
