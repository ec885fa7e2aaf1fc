"""run_test.py NAME: runs NAME_test.py, unless what reports are drawn with is not installed. Exit
status 77: that, or the test skipped all that it has."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77

sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "tools")]
try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
except ModuleNotFoundError as error:
    print(f"skipped: {error.name} is not installed (launch/setup report installs it)")
    sys.exit(SKIPPED)
result = unittest.main(module=f"{sys.argv.pop(1)}_test", exit=False).result
if result.wasSuccessful() and len(result.skipped) >= result.testsRun:
    sys.exit(SKIPPED)
sys.exit(not result.wasSuccessful())
