"""launch/shared: GPUs of a machine, what is more than it has room for, files that are not half
written."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "launch"))
from shared import gpus  # noqa: E402
from shared.files import write_json  # noqa: E402
from shared.gpus import count_gpus  # noqa: E402
from shared.launcher import MORE_RANKS, MORE_THREADS, Launcher  # noqa: E402


class Gpus(unittest.TestCase):
    def count(self, there, visible, devices=(), script=None):
        """Where nvidia-smi lists `there` GPUs, or is `script`; None: there is no nvidia-smi. /dev
        has `devices`."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as dev:
            for device in devices:
                (Path(dev) / device).touch()
            if there is not None:
                program = Path(folder) / "nvidia-smi"
                lines = "".join(f"echo 00000000:{bus:02X}:00.0\n" for bus in range(there))
                program.write_text("#!/bin/sh\n" + (script or f"{lines}exit {int(there == 0)}\n"),
                                   encoding="utf-8")
                program.chmod(0o755)
            around = {"PATH": folder} | ({} if visible is None else
                                         {"CUDA_VISIBLE_DEVICES": visible})
            with (mock.patch.dict(os.environ, around, clear=True),
                  mock.patch.object(gpus, "DEVICES", Path(dev))):
                return count_gpus()

    def test_all_are_visible(self):
        for there, count in ((None, 0), (0, 0), (1, 1), (4, 4)):
            self.assertEqual(self.count(there, None), count)

    def test_some_are_visible(self):
        for visible, count in (("0,2", 2), (" 3 , 1", 2), ("", 0), ("-1", 0), ("NoDevFiles", 0),
                               ("0,-1,2", 1), ("1,4,2", 1), ("0,,1", 1), ("0,0", 0),
                               ("GPU-8932f937", 1), ("GPU-8932f937,MIG-5c89", 2)):
            self.assertEqual(self.count(4, visible), count, visible)

    def test_without_nvidia_smi_the_devices_count(self):
        nodes = ("nvidia0", "nvidia11", "nvidiactl", "nvidia-uvm", "null")
        self.assertEqual(self.count(None, None, nodes), 2)
        self.assertEqual(self.count(None, "1", nodes), 1)
        self.assertEqual(self.count(None, None, nodes[2:]), 0)
        # It knows better where it is there.
        self.assertEqual(self.count(0, None, nodes), 0)
        self.assertEqual(self.count(1, None, nodes), 1)

    def test_words_are_no_gpus(self):
        self.assertEqual(self.count(0, None, script="echo No devices were found\n"), 0)

    def test_names_of_none(self):
        for there in (None, 0):
            self.assertEqual(self.count(there, "0,1"), 0)


class Oversubscription(unittest.TestCase):
    def test_reasons(self):
        here = Launcher("mpirun", 4, 2, gpus=1)
        self.assertEqual(here.oversubscription(2, False), [])
        self.assertEqual(here.oversubscription(3, False), [MORE_THREADS])
        self.assertEqual(here.oversubscription(1, True), [])
        self.assertEqual(here.oversubscription(2, True), [MORE_RANKS])
        self.assertEqual(here.oversubscription(3, True), [MORE_THREADS, MORE_RANKS])
        self.assertEqual(Launcher("srun", 8, 9).oversubscription(8, True), [])
        # Devices of which nvidia-smi knows nothing are not counted.
        self.assertEqual(Launcher("mpirun", 4, 2).oversubscription(2, True), [])


class Files(unittest.TestCase):
    def test_a_full_disk_leaves_what_was_there(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "study.json"
            write_json(file, {"whole": 1})
            (Path(folder) / "study.partial").symlink_to("/dev/full")
            with self.assertRaisesRegex(OSError, "No space left.*study.json"):
                write_json(file, {"whole": 2})
            self.assertEqual(json.loads(file.read_text(encoding="utf-8")), {"whole": 1})
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["study.json"])


if __name__ == "__main__":
    unittest.main()
