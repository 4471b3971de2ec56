"""Whether a report can be heard in a browser: every player of the page is played to its end in Chromium without a window.

Run: python tests/reference/players.py runs/sounds/report.html        (chromium)
Of each player: its caption, how long it is and how long it played, and the root mean square of what was decoded; fails where
one cannot be decoded, does not end, or is silent. Nothing but the browser's own page is asked for: it is served on this machine.
"""
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

SCRIPT = """<script>
const within = (seconds, what) => new Promise((_, fail) => setTimeout(() => fail(new Error(what)), 1000 * seconds));
async function play(audio) {
  const begun = new Promise((ok, fail) => { audio.onloadedmetadata = ok; audio.onerror = () => fail(new Error(audio.error.message)); });
  audio.load();
  await Promise.race([begun, within(10, 'no metadata')]);
  const ended = new Promise(ok => { audio.onended = ok; }), start = performance.now();
  await audio.play();
  await Promise.race([ended, within(10 + 2 * audio.duration, 'it does not end')]);
  const seconds = (performance.now() - start) / 1000, bytes = await (await fetch(audio.currentSrc)).arrayBuffer();
  const samples = (await new AudioContext().decodeAudioData(bytes)).getChannelData(0);
  const squares = samples.reduce((sum, x) => sum + x * x, 0);
  return {duration: audio.duration, seconds, rms: Math.sqrt(squares / samples.length)};
}
addEventListener('load', async () => {
  const told = [];
  for (const audio of document.querySelectorAll('audio')) {
    const one = {caption: audio.closest('figure, li, p, div').innerText.trim()};
    try { Object.assign(one, await play(audio)); } catch (error) { one.failed = String(error); }
    told.push(one);
  }
  await fetch('/told', {method: 'POST', body: JSON.stringify(told)});
});
</script>"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page)

    def do_POST(self):
        self.server.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.done.set()

    def log_message(self, *_):
        pass


def ask(page):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.page, server.told, server.done = page.replace("</body>", SCRIPT + "</body>").encode(), None, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                                    "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0",
                                    f"http://127.0.0.1:{server.server_port}/"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        server.done.wait(300)
        os.killpg(browser.pid, signal.SIGTERM)
        browser.wait()
    server.shutdown()
    return server.told


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        told = ask(file.read())
    if not told:
        sys.exit("the page has no players" if told == [] else "the browser did not answer")
    wrong = 0
    for one in told:
        good = "failed" not in one and one["seconds"] > 0.9 * one["duration"] and one["rms"] > 1e-4
        wrong += not good
        what = one.get("failed") or "%.2f s, played %.2f s, rms %.4f" % (one["duration"], one["seconds"], one["rms"])
        print("ok   " if good else "WRONG", one["caption"], "-", what)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
