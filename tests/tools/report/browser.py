"""Headless Chromium, where there is one: what a page looks like in windows of some widths, what it
asks for, what it complains of, and its picture."""

import json
import re
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
HIGHEST = 16_000  # pixels that a picture may have
# The browser has no window as narrow as a telephone's; a frame may be.
FRAMES = """<!DOCTYPE html><meta charset="utf-8"><title>waiting</title>
<style>body { margin: 0 } iframe { border: 0; display: block }</style><body><script>
const text = %s;
function look(width) {
  const frame = document.createElement("iframe");
  frame.style.width = width + "px";
  frame.srcdoc = text;
  const loaded = new Promise(done => frame.onload = done);
  document.body.append(frame);
  return loaded.then(async () => {
    const page = frame.contentDocument;
    const height = page.documentElement.scrollHeight;
    page.querySelectorAll("details").forEach(details => details.open = true);
    const images = await Promise.allSettled([...page.images].map(image => image.decode()));
    const seen = box => box.width > 0 && box.height > 0 && box.left >= 0 && box.right <= width;
    frame.style.height = height + "px";
    return {
      width, height, wide: page.documentElement.scrollWidth, images: images.length,
      broken: images.filter(image => image.status != "fulfilled").length,
      hidden: [...page.querySelectorAll("h1, h2")]
          .filter(heading => !seen(heading.getBoundingClientRect()))
          .map(heading => heading.textContent),
    };
  });
}
Promise.all(%s.map(look)).then(found => document.title = JSON.stringify(found));
</script>"""


def _works(program):
    """Ubuntu's chromium-browser may be words on how to install one."""
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


BROWSER = next((path for path in map(shutil.which, NAMES) if path and _works(path)), None)


class Sight:
    """Of `html` in frames of these widths, in a folder for the browser's files: `frames`, by width
    what FRAMES finds out; `console`, lines; `requests`, addresses that the page asked for."""

    def __init__(self, html, widths, folder):
        frames = _frames(html, widths, folder)
        log = Path(folder) / "requests.json"
        done = _run(folder, f"--log-net-log={log}", "--enable-logging=stderr", "--dump-dom",
                    frames.as_uri())
        title = re.search(r"<title>(\[.*?\])</title>", done.stdout, re.DOTALL)
        if not title:
            raise AssertionError(f"the browser shows nothing: {done.stderr[-2000:]}")
        self.frames = {found["width"]: found for found in json.loads(title[1])}
        self.console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        self.requests = sorted(set(_requests(log.read_text(encoding="utf-8"))))


def picture(html, found, folder, file):
    """Of the page in a frame such as `found` of Sight, as far as a picture may be high."""
    frames = _frames(html, [found["width"]], folder)
    size = f"{max(found['width'], 500)},{min(found['height'], HIGHEST)}"
    _run(folder, f"--window-size={size}", f"--screenshot={file}", frames.as_uri())


def _frames(html, widths, folder):
    file = Path(folder) / "frames.html"
    text = json.dumps(html).replace("</", "<\\/")
    file.write_text(FRAMES % (text, list(widths)), encoding="utf-8")
    return file


def _run(folder, *words):
    return subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--no-first-run", "--disable-background-networking", "--virtual-time-budget=60000",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile", *words],
        capture_output=True, text=True, check=False, timeout=200)


def _requests(log):
    """The browser's own have no origin."""
    for line in log.splitlines():
        initiator = re.search(r'"initiator":"([^"]*)"', line)
        url = re.search(r'"url":"([^"]*)"', line)
        if initiator and url and initiator[1] != "not an origin":
            yield url[1]
