"""The page in headless Chromium, where there is one: nothing on the console, no broken image, and
no wider than a telephone's or a desk's window."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from fixture_study import copy_study, report

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
WIDTHS = (390, 1280)
# The browser has no window as narrow as a telephone's; a frame may be.
FRAMES = """<!DOCTYPE html><title>waiting</title><body><script>
const found = [];
for (const width of %s) {
  const frame = document.createElement("iframe");
  frame.style.width = width + "px";
  frame.onload = () => {
    const page = frame.contentDocument;
    const broken = [...page.images].filter(image => !image.naturalWidth).length;
    found.push(`${width}: ${page.documentElement.scrollWidth} wide, ${broken} broken, ` +
               `${page.images.length} images;`);
    document.title = found.join(" ");
  };
  frame.srcdoc = %s;
  document.body.append(frame);
}
</script>"""


@unittest.skipUnless(BROWSER, "there is no Chromium")
class Browser(unittest.TestCase):
    def test_page_fits_and_complains_of_nothing(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            run = copy_study(folder) / "sparse" / "seed-1"
            self.assertEqual(report(run, "-o", folder / "out").returncode, 0)
            html = (folder / "out" / "index.html").read_text(encoding="utf-8")
            frames = folder / "frames.html"
            quoted = json.dumps(html).replace("</", "<\\/")
            frames.write_text(FRAMES % (list(WIDTHS), quoted), encoding="utf-8")
            self._look(frames, folder / "profile", html.count("<img "))

    def _look(self, page, profile, images):
        done = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--hide-scrollbars", "--virtual-time-budget=10000", "--enable-logging=stderr",
             "--dump-dom", page.as_uri()],
            capture_output=True, text=True, check=False, timeout=120)
        self.assertNotIn("CONSOLE", done.stderr)
        title = re.search(r"<title>(.*?)</title>", done.stdout)
        self.assertIsNotNone(title, done.stderr[-2000:])
        found = re.findall(r"(\d+): (\d+) wide, (\d+) broken, (\d+) images;", title[1])
        self.assertEqual(sorted(int(width) for width, *_ in found), list(WIDTHS), title[1])
        for width, wide, broken, count in found:
            self.assertLessEqual(int(wide), int(width) + 4)  # the frame's border
            self.assertEqual((int(broken), int(count)), (0, images))
