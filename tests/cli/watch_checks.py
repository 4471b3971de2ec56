"""lince watch over the run that test_watch.sh has made, asked over HTTP and seen in a browser.

    python3 watch_checks.py LINCE SOURCE_DIR [CHECK...]

In the folder with runs/first and pictures/. Prints what is wrong; the exit code is 1 then.
"""
import contextlib
import csv
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import serving
from browser import PROGRAM, Browser
from serving import expect, look_at_page, read, run_checks

lince, source = sys.argv[1:3]
LONG = 60  # seconds that anything may take on a machine that is at work


class Server(serving.Server):
    errors_file = f"watch-{os.getpid()}.err"

    def __init__(self, *arguments):
        super().__init__(lince, "watch", *arguments)

    def document(self, **headers):
        status, _, content = self.ask("GET", "/v1/runs", headers=headers)
        expect(status == 200, f"/v1/runs: {status}")
        return json.loads(content)

    def runs(self):
        """What is told of each run, by its name."""
        document = self.document()
        where = {at["id"]: at for at in document["at"]}
        return {run["name"]: {**run, "at": where.get(run["id"])} for run in document["runs"]}

    def wait(self, right, what):
        until = time.monotonic() + LONG
        while not right(self.runs()):
            expect(time.monotonic() < until, f"{what}: {str(self.runs())[:1000]}")
            time.sleep(0.2)
        return self.runs()


class Stream:
    """What a server tells, event by event."""

    def __init__(self, server, headers={}):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=LONG)
        self.connection.request("GET", "/v1/events", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.connection.close()

    def next(self):
        """The next event: its kind and document; None: the stream has ended."""
        kind = data = None
        while line := self.response.readline():
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and kind:
                return kind, data
        return None

    def until(self, right):
        while event := self.next():
            if right(*event):
                return event[1]
        raise AssertionError("the stream has ended")


def fresh(name):
    """A folder of runs of its own, with a copy of the first one in it."""
    shutil.rmtree(name, ignore_errors=True)
    os.makedirs(name)
    shutil.copytree("runs/first", f"{name}/first")
    return name


def write(path, text):
    """Whole, as lince writes."""
    with open(path + ".part", "w") as file:
        file.write(text)
    os.rename(path + ".part", path)


def unfinish(run):
    """As if it had stopped behind its first epoch."""
    shutil.rmtree(f"{run}/checkpoint", ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        os.remove(f"{run}/test.json")
    write(f"{run}/results.csv", "".join(open(f"{run}/results.csv").readlines()[:2]))


def progress(**more):
    return json.dumps({"phase": "training", "epoch": 2, "epochs": 2, "step": 3, "steps": 6, "loss": 1.5, "accuracy": 0.4, "lr": 0.01,
                       "samples_per_second": 100, "eta": 12.5, "within": 60, **more})


# --- what is told ----------------------------------------------------------------------------------------


def check_a_finished_run():
    with Server("runs") as server:
        run = server.wait(lambda runs: "first" in runs, "it is not found")["first"]
        with open("runs/first/results.csv") as file:
            rows = [[float(x) if x else None for x in row] for row in list(csv.reader(file))[1:]]
        expect(run["epochs"] == rows and len(rows) == 2, f"{run['epochs']} are not {rows}")
        expect(run["settings"]["model"] == "resnet20" and run["settings"]["epochs"] == "2", run["settings"])
        expect(run["at"]["state"] == "finished" and run["at"]["progress"] is None and run["error"] is None, run["at"])
        test = json.loads(read("runs/first/test.json"))
        expect(run["test"]["accuracy"] == test["accuracy"] and run["test"]["n"] == test["n"], run["test"])
        explained = json.loads(read("runs/first/explain.json"))["errors"][:12]
        expect(run["mistakes"] == explained and explained, run["mistakes"])
        for name, path, kind in (("report.html", "report.html", "text/html; charset=utf-8"), ("errors.png", "plots/errors.png", "image/png")):
            status, headers, content = server.ask("GET", f"/runs/{run['id']}/{name}")
            expect(status == 200 and content == read("runs/first/" + path), f"{name}: {status}, {len(content)} bytes")
            expect(headers["Content-Type"] == kind and headers["X-Content-Type-Options"] == "nosniff", headers)
            expect("default-src 'none'" in headers["Content-Security-Policy"], headers)
            expect(name != "report.html" or headers["Content-Security-Policy"].startswith("sandbox;"), headers)
        expect(server.ask("HEAD", f"/runs/{run['id']}/report.html")[0] == 200, "HEAD")
        expect(server.ask("POST", "/v1/runs")[0] == 405 and server.ask("DELETE", f"/runs/{run['id']}/report.html")[0] == 405, "it can be written to")


def check_one_run():
    """A run's own folder instead of one that holds runs."""
    with Server("runs/first/") as server:
        server.wait(lambda runs: list(runs) == ["first"], "it is not found")


def check_signs_of_life():
    folder = fresh("alive")
    run = f"{folder}/first"
    unfinish(run)
    with Server(folder) as server, Stream(server) as stream:
        server.wait(lambda runs: runs.get("first") and runs["first"]["at"]["state"] == "stopped", "it has not stopped")
        write(f"{run}/progress.json", progress())
        at = stream.until(lambda kind, said: kind == "at" and said["state"] == "training")
        expect(at["progress"]["step"] == 3 and at["progress"]["eta"] == 12.5 and at["progress"]["phase"] == "training", at)
        write(f"{run}/progress.json", progress(step=4, within=2))
        at = stream.until(lambda kind, said: kind == "at" and said["state"] == "lost")
        expect(at["progress"]["step"] == 4, at)
        write(f"{run}/progress.json", progress(step=5, loss=None, accuracy="<b>", eta={}))
        at = stream.until(lambda kind, said: kind == "at" and said["state"] == "training")
        expect(at["progress"]["step"] == 5 and not {"loss", "accuracy", "eta"} & at["progress"].keys(), at)
        write(f"{run}/progress.json", progress(step=6, within=2))
        stream.until(lambda kind, said: kind == "at" and said["progress"]["step"] == 6)
        write(f"{run}/progress.json", progress(step=7)[:20])  # as file systems of other machines give a file that is replaced
        at = stream.until(lambda kind, said: kind == "at" and said["state"] != "training")
        expect(at["state"] == "lost" and at["progress"]["step"] == 6, at)
        write(f"{run}/progress.json", progress())
        stream.until(lambda kind, said: kind == "at" and said["state"] == "training")
        os.remove(f"{run}/progress.json")
        stream.until(lambda kind, said: kind == "at" and said["state"] == "stopped")
        shutil.copy("runs/first/results.csv", run)
        told = stream.until(lambda kind, said: kind == "run")
        expect(len(told["epochs"]) == 2, told["epochs"])
        stream.until(lambda kind, said: kind == "at" and said["state"] == "finished")


def check_old_signs():
    """A file that a process which was killed left behind, seen for the first time."""
    folder = fresh("old")
    unfinish(f"{folder}/first")
    write(f"{folder}/first/progress.json", progress())
    os.utime(f"{folder}/first/progress.json", (time.time() - 600,) * 2)
    with Server(folder) as server:
        server.wait(lambda runs: runs.get("first") and runs["first"]["at"]["state"] == "lost", "it is taken for alive")


def check_coming_and_going():
    folder = fresh("moving")
    with Server(folder) as server, Stream(server) as stream:
        first = stream.until(lambda kind, said: kind == "list" and len(said["runs"]) == 1)["runs"][0]
        os.makedirs(f"{folder}/deep/er")
        shutil.copytree("runs/first", f"{folder}/deep/er/second")
        stream.until(lambda kind, said: kind == "list" and len(said["runs"]) == 2)
        expect(set(server.runs()) == {"first", "deep/er/second"}, server.runs().keys())
        os.rename(f"{folder}/first", f"{folder}/.hidden")
        stream.until(lambda kind, said: kind == "list" and len(said["runs"]) == 1)
        expect(server.ask("GET", f"/runs/{first}/report.html")[0] == 404 and set(server.runs()) == {"deep/er/second"}, "it is still there")
        os.rename(f"{folder}/.hidden", f"{folder}/first")
        stream.until(lambda kind, said: kind == "list" and len(said["runs"]) == 2)
        server.wait(lambda runs: runs.get("first") and runs["first"]["at"]["state"] == "finished", "it does not come back")
        expect(server.ask("GET", f"/runs/{first}/report.html")[0] == 200, "it has another address")


# --- what others have laid -------------------------------------------------------------------------------


def check_links():
    """Nothing that a link leads to is read, and nothing outside the folder."""
    folder = fresh("links")
    with open("secret.txt", "w") as file:
        file.write("a secret")
    here = os.getcwd()
    os.symlink(f"{here}/runs/first", f"{folder}/linked")
    for name, of in (("report", "report.html"), ("results", "results.csv"), ("test", "test.json"), ("progress", "progress.json")):
        shutil.copytree("runs/first", f"{folder}/{name}")
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{folder}/{name}/{of}")
        os.symlink(f"{here}/secret.txt" if name == "report" else f"{here}/runs/first/{of}", f"{folder}/{name}/{of}")
    shutil.copytree("runs/first", f"{folder}/plots")
    shutil.rmtree(f"{folder}/plots/plots")
    os.symlink(f"{here}/runs/first/plots", f"{folder}/plots/plots")
    for name, make in (("config", lambda path: os.symlink(f"{here}/runs/first/config.yaml", path)), ("pipe", os.mkfifo), ("folder", os.mkdir)):
        os.mkdir(f"{folder}/{name}")
        make(f"{folder}/{name}/config.yaml")
    shutil.copytree("runs/first", f"{folder}/piped")
    os.remove(f"{folder}/piped/report.html")
    os.mkfifo(f"{folder}/piped/report.html")
    with Server(folder) as server:
        runs = server.wait(lambda runs: len(runs) >= 7, "they are not found")
        expect(set(runs) == {"first", "report", "results", "test", "progress", "plots", "piped"}, runs.keys())
        for name in ("report", "piped"):
            expect(runs[name]["report"] is None and server.ask("GET", f"/runs/{runs[name]['id']}/report.html")[0] == 404, name)
        expect(runs["plots"]["errors"] is None and server.ask("GET", f"/runs/{runs['plots']['id']}/errors.png")[0] == 404, "plots")
        expect(runs["results"]["epochs"] == [] and runs["test"]["test"] is None, runs["results"])
        one = runs["first"]["id"]
        for path in ("/runs/../secret.txt", "/runs/..%2f..%2fsecret.txt", f"/runs/{one}/../../secret.txt", f"/runs/{one}/config.yaml", f"/runs/{one}/%2e%2e/report.html",
                     "/runs/first/report.html", f"/runs/{one[:-1]}/report.html", f"/runs/{one}0/report.html", "/runs//report.html", f"/runs/{one}/report.html/"):
            status, _, content = server.ask("GET", path)
            expect(status == 404 and b"secret\"" not in content and b"a secret" not in content, f"{path}: {status} {content[:200]}")
        # Swapped while it is asked.
        shutil.rmtree(f"{folder}/first")
        os.symlink(f"{here}/runs/first", f"{folder}/first")
        expect(server.ask("GET", f"/runs/{one}/report.html")[0] == 404, "a link is followed")


def check_what_is_broken():
    folder = fresh("broken")
    for name in ("rows", "yaml", "large", "json"):
        shutil.copytree("runs/first", f"{folder}/{name}")
    write(f"{folder}/rows/results.csv", "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n1,2,3\n")
    write(f"{folder}/yaml/config.yaml", "{" * 100000)
    write(f"{folder}/large/config.yaml", "model: x\n" * 200000)
    for name in ("test.json", "explain.json", "progress.json"):
        write(f"{folder}/json/{name}", "[" * 100000)
    os.makedirs(f"{folder}/another program")
    write(f"{folder}/another program/config.yaml", "title: a page\n")
    with Server(folder) as server:
        runs = server.wait(lambda runs: len(runs) >= 5, "they are not found")
        expect("another program" not in runs, runs.keys())
        expect("results.csv:2: expected 7 numbers" in runs["rows"]["error"], runs["rows"]["error"])
        expect("config.yaml:1: lists within lists" in runs["yaml"]["error"], runs["yaml"]["error"])
        expect("config.yaml: 1800000 bytes" in runs["large"]["error"], runs["large"]["error"])
        expect(runs["json"]["error"] is None and runs["json"]["test"] is None and runs["json"]["mistakes"] == [], runs["json"])
        shutil.copy("runs/first/results.csv", f"{folder}/rows")
        server.wait(lambda runs: runs["rows"]["error"] is None and len(runs["rows"]["epochs"]) == 2, "it stays broken")


HOSTILE = "<img src=x onerror=window.hacked=1>"


def make_hostile(folder):
    name = f"{HOSTILE}\x1b[31m\u202e\xff".replace("/", "")
    path = os.path.join(os.fsencode(folder), name.encode("utf-8")[:-2] + b"\xff")
    shutil.copytree(b"runs/first", path)
    config = open("runs/first/config.yaml").read()
    for key, said in (("data", HOSTILE), ("notes", r"</script><script>window.hacked=1</script>\u2028\e[31m")):
        config = re.sub(f"^{key}: .*", lambda match: f'{key}: "{said}"', config, flags=re.M)
    with open(os.path.join(path, b"config.yaml"), "w") as file:
        file.write(config + f'"{HOSTILE}": "{HOSTILE}"\n')
    with open(os.path.join(path, b"explain.json"), "w") as file:
        json.dump({"errors": [{"path": HOSTILE, "true": HOSTILE, "predicted": "</li>" + HOSTILE, "probability": 0.9}, 3, {}]}, file)
    with open(os.path.join(path, b"report.html"), "w") as file:
        file.write("<!DOCTYPE html><title>hostile</title><script>document.title = 'hacked'</script><img src='/v1/runs' onerror=\"document.title='hacked'\">")


def check_escapes():
    folder = fresh("hostile")
    make_hostile(folder)
    with Server(folder) as server:
        runs = server.wait(lambda runs: len(runs) == 2, "they are not found")
        name = next(name for name in runs if name != "first")
        expect(name.startswith(HOSTILE) and "\x1b" not in name and "\u202e" not in name, ascii(name))
        content = server.ask("GET", "/v1/runs")[2]
        expect(b"\x1b" not in content and "\u202e".encode() not in content and b"\xff" not in content, content[:500])
        expect(runs[name]["settings"]["data"] == HOSTILE and runs[name]["settings"][HOSTILE] == HOSTILE, runs[name]["settings"])
        server.stop()
        expect("\x1b" not in server.said and "hacked" not in server.said, server.said)


# --- who asks --------------------------------------------------------------------------------------------


def check_token():
    with open("token", "w") as file:
        file.write("correct-horse-battery\n")
    os.chmod("token", 0o600)
    bearer = {"Authorization": "Bearer correct-horse-battery"}
    with Server("runs") as server:
        free = server.wait(lambda runs: "first" in runs, "it is not found")["first"]["id"]
    with Server("runs") as server:
        expect(server.wait(lambda runs: "first" in runs, "it is not found")["first"]["id"] == free, "its address changes")
    with Server("runs", "--token-file", "token") as server:
        for path in ("/v1/runs", "/v1/events", "/metrics"):
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                expect(server.ask("GET", path, headers=headers)[0] == 401, f"{path} {headers}")
        expect(server.ask("GET", "/")[0] == server.ask("GET", "/healthz")[0] == 200, "what is free asks for a token")
        until = time.monotonic() + LONG
        while not server.document(**bearer)["runs"] and time.monotonic() < until:
            time.sleep(0.2)
        run = server.document(**bearer)["runs"][0]["id"]
        expect(run != free and server.ask("GET", f"/runs/{free}/report.html")[0] == 404, "its address can be guessed")
        expect(server.ask("GET", f"/runs/{run}/report.html")[0] == 200, "a link to the report does not work")
        with Stream(server, bearer) as stream:
            expect(stream.status == 200 and stream.next()[0] in ("run", "at", "list"), "no events")


def check_other_pages():
    with Server("runs") as server:
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            expect(server.ask("GET", "/v1/runs", headers=headers)[0] == 403, headers)


# --- too many, too slow ----------------------------------------------------------------------------------


def check_listeners():
    """Half of the connections are for questions; a stream outlives the time that a question has."""
    with Server("runs", "--max-connections", "8", "--max-seconds", "1") as server, contextlib.ExitStack() as streams:
        listening = [streams.enter_context(Stream(server)) for _ in range(4)]
        for stream in listening:
            stream.until(lambda kind, said: kind == "list")
        status, headers, _ = server.ask("GET", "/v1/events")
        expect(status == 503 and headers["Retry-After"], status)
        time.sleep(3)
        os.utime("runs/first/report.html")
        for stream in listening:
            expect(stream.until(lambda kind, said: kind == "run"), "it was cut")
        with socket.create_connection((server.host, server.port), LONG) as silent:
            expect(silent.recv(10) == b"", "a connection that says nothing is kept")


def check_who_does_not_read():
    """More is told than the way there holds, to somebody who does not take it."""
    folder = fresh("many")
    for i in range(60):
        os.mkdir(f"{folder}/{i}")
        write(f"{folder}/{i}/config.yaml", "model: x\nepochs: 1\ndata: x\nnotes: " + "x" * 100000 + "\n")
    with Server(folder, "--max-seconds", "5") as server:
        server.wait(lambda runs: len(runs) == 61, "they are not found")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((server.host, server.port))
            client.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            until = time.monotonic() + LONG
            while not server.metrics()["lince_connections_cut_total"]:
                expect(time.monotonic() < until, "it is waited for without an end")
                time.sleep(0.5)


def check_clients_that_go():
    with Server("runs") as server:
        for _ in range(3):
            with Stream(server) as stream:
                stream.until(lambda kind, said: kind == "list")
        until = time.monotonic() + LONG
        while server.metrics()["lince_connections_busy"] > 1:
            expect(time.monotonic() < until, "connections of those that are gone are kept")
            time.sleep(1)


def check_stop():
    with Server("runs") as server, Stream(server) as stream:
        stream.until(lambda kind, said: kind == "list")
        begun = time.monotonic()
        expect(server.stop() == 0, server.said)
        expect(time.monotonic() - begun < LONG / 2, f"it took {time.monotonic() - begun} s")
        while stream.next():
            pass


# --- the page --------------------------------------------------------------------------------------------


def check_page():
    with Server("runs") as server:
        look_at_page(server)


def names_missing(browser):
    """Of what a screen reader would read out: what has no name."""
    kinds = {"button", "checkbox", "combobox", "link", "progressbar", "image", "img", "table", "region", "textbox"}
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    return [node["role"]["value"] for node in nodes if not node["ignored"] and node["role"]["value"] in kinds - {"table"} and not node.get("name", {}).get("value")]


def reached_by_tab(browser):
    """The names of what the tab key stops at."""
    found = []
    for _ in range(60):
        browser.key("Tab", 9)
        here = browser.run("(e => e === document.body ? '' : e.id || e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent).slice(0, 40))(document.activeElement)")
        if not here or here in found:
            break
        found.append(here)
    return found


def check_browser():
    """A page that is looked at while a run trains, at the width of a desktop and of a phone."""
    folder = fresh("live")
    shutil.rmtree("away", ignore_errors=True)
    training = subprocess.Popen([lince, "train", "--data", "pictures", "--model", "resnet20", "--epochs", "500", "--lr", "0.02", "--threads", "1", "--quiet", "--out", f"{folder}/second"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with Server(folder) as server, Browser("en") as browser:
            look_while_training(server, browser, f"{folder}/second", training)
    finally:
        if training.poll() is None:
            training.kill()
        training.wait()


def look_while_training(server, browser, run, training):
    card = "[...document.querySelectorAll('.run')].find(e => e.querySelector('h3').textContent === 'second')"
    browser.size(1280)
    browser.open(server.address)
    browser.wait(f"{card} && {card}.querySelector('.state').textContent === 'training'")
    browser.wait("document.querySelectorAll('#chart circle').length > 5")
    before = browser.run(f"[document.querySelectorAll('#chart circle').length, {card}.querySelector('progress').value]")
    browser.wait(f"document.querySelectorAll('#chart circle').length > {before[0]} && {card}.querySelector('progress').value > {before[1]}")
    expect(re.search(r"Epoch \d+ of 500 · .*left", browser.run(f"{card}.textContent")), browser.run(f"{card}.textContent"))
    expect("training: 1 · finished: 1" in browser.run("document.getElementById('status').textContent"), "not counted")
    differing = browser.run("[...document.querySelectorAll('#settings .differs th')].map(e => e.textContent)")
    expect(any(name.startswith("epochs") for name in differing) and "model" not in " ".join(differing), differing)
    browser.wait("[...document.images].some(e => e.naturalWidth > 100)")
    missing = names_missing(browser)
    expect(not missing, f"without a name: {missing}")
    reached = reached_by_tab(browser)
    expect({"language", "measure", "axis", "every"} <= set(reached) and sum(name.startswith("A Report") for name in reached) == 1, reached)
    for measure in ("trainLoss", "rate"):
        browser.run(f"(e => {{ e.value = '{measure}'; e.dispatchEvent(new Event('change')); }})(document.getElementById('measure'))")
        expect(browser.run("document.querySelectorAll('#chart .curve').length") == 2, measure)
    browser.run("document.getElementById('epochs-shown').open = true")
    browser.wait("document.querySelectorAll('#epochs tbody tr').length > 5")
    browser.picture("wide.png")
    for width, dark in ((390, False), (390, True)):
        browser.size(width, dark=dark)
        browser.wait(f"document.documentElement.scrollWidth === {width} && document.getElementById('chart').viewBox.baseVal.width < {width}")
        browser.picture("dark.png" if dark else "narrow.png")
    browser.run("document.getElementById('language').click()")
    expect("entrenando: 1 · terminado: 1" in browser.run("document.getElementById('status').textContent") and browser.run("document.documentElement.lang") == "es", "not in Spanish")
    browser.run("document.getElementById('language').click()")
    training.send_signal(signal.SIGINT)
    training.wait(LONG)
    browser.wait(f"{card}.querySelector('.state').textContent === 'stopped'")
    os.rename(run, "away")
    browser.wait("document.querySelectorAll('.run').length === 1")
    expect(not browser.errors, browser.errors)
    browser.open(server.address + browser.run("document.querySelector('.run a').getAttribute('href')"))
    browser.wait("document.querySelectorAll('h2').length > 5 && getComputedStyle(document.body).maxWidth !== undefined")
    expect(not browser.errors, browser.errors)


def check_browser_and_escapes():
    folder = fresh("hostile-page")
    make_hostile(folder)
    with Server(folder) as server, Browser("en") as browser:
        browser.size(390)
        browser.open(server.address)
        browser.wait("document.querySelectorAll('.run').length === 2")
        browser.run("document.querySelectorAll('details').forEach(e => { e.open = true; }); document.getElementById('every').click()")
        browser.wait(f"document.body.innerText.includes('{HOSTILE}')")
        expect(browser.run("window.hacked === undefined && !document.querySelector('img[onerror], img[src=x]') && document.scripts.length === 1"), "what a run says becomes a part of the page")
        expect(browser.run("document.documentElement.scrollWidth") == 390, "a long name makes the page wide")
        expect(not browser.errors, browser.errors)
        hostile = next(run for name, run in server.runs().items() if name != "first")
        browser.open(f"{server.address}runs/{hostile['id']}/report.html")
        browser.wait("document.title !== ''")
        time.sleep(1)
        expect(browser.run("document.title") == "hostile", "a report's script runs")


def check_browser_and_token():
    with open("token", "w") as file:
        file.write("correct-horse-battery\n")
    os.chmod("token", 0o600)
    with Server("runs", "--token-file", "token") as server, Browser("es") as browser:
        browser.size(390)
        browser.open(server.address)
        browser.wait("document.activeElement.id === 'token'")
        for word, wanted in (("wrong", "Esa no es la clave"), ("correct-horse-battery", "En directo")):
            browser.run(f"document.getElementById('token').value = '{word}'; document.getElementById('ask-token').requestSubmit()")
            browser.wait(f"document.body.innerText.includes('{wanted}')")
        browser.wait("[...document.images].some(e => e.naturalWidth > 100)")
        address, port = server.address, server.port
        server.stop()
        browser.wait("document.getElementById('error').textContent.includes('El servidor no responde')")


checks = {name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")}
if not PROGRAM:
    print("skipped: Chromium is not installed: the page was not looked at in a browser")
    checks = {name: check for name, check in checks.items() if not name.startswith("browser")}
wanted = sys.argv[3:]
# Those that mostly wait do so beside the others.
beside = [] if wanted else [n for n in checks if n in ("signs_of_life", "coming_and_going", "listeners", "who_does_not_read", "clients_that_go")]
waiting = [subprocess.Popen([sys.executable, __file__, lince, source, name]) for name in beside]
failed = run_checks(checks, wanted or [n for n in checks if n not in beside], Server.errors_file)
sys.exit(max([failed, *(process.wait() for process in waiting)]))
