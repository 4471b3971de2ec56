#!/usr/bin/env python3
"""Names and texts that would command whatever shows them: planted wherever lince takes some, and looked for wherever it shows them.

usage: canaries.py LINCE FOLDER [--rounds N] [--seed N]

A round plants names in classes, files, texts, metadata and names of tensors, trains on them, and looks at all that comes out: a
terminal's text, JSON, CSV, YAML, figures, pages (in Chromium, where there is one, and as Markdown, where markdown-it is
installed). Round 0 takes every name of the list by itself; the others put them together at random.
"""

import argparse
import csv
import html.parser
import io
import json
import os
import pty
import random
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib

CANARY = "CANARY"

# Nobody may take these for more than text. None holds a slash or a control character: names of files may have them all.
PLAIN = [
    "<img src=x onerror=document.title='CANARY'>",
    "<script>document.title='CANARY'<!--",
    "\"><svg onload=document.title='CANARY'>",
    "&lt;b&gt;&#60;i&#62;",
    "50%full",
    "100%%s%n%d",
    "'80s",
    "'70s `touch CANARY` @CANARY 50%",
    "it''s 'quoted'",
    "`touch CANARY`",
    "$(touch CANARY)",
    "'; system 'touch CANARY'; '",
    "\"; !touch CANARY",
    "@CANARY",
    "EOD",
    "a_{b}^{c}",
    "{:: b}\\n\\t\\\\",
    "=1+1",
    "=HYPERLINK(\"CANARY\")",
    "+1+cmd|' 'C'!A0",
    "-2+3",
    "-1",
    "@SUM(1)",
    "\uff1d1+1",
    "'=1",
    "*emphasis* _too_",
    "[link](javascript:CANARY)",
    "![picture](CANARY)",
    "# heading",
    "- item",
    "1. item",
    "| a | b |",
    "~~gone~~ ``code``",
    "$x^2$",
    "key: value",
    "&anchor *alias !tag",
    "? complex",
    "null",
    "%TAG ! x",
    "[a, b]",
    "{a: b}",
    "\u202eright to left",
    "\u2066isolated",
    "par\u2029agraph",
    "Ünïcödé " + "\u4e2d" * 60,
    "\U0001f431" * 45,
]
# These are texts' and metadata's alone.
COMMANDS = [
    "\x1b]0;CANARY\x07",
    "\x1b[31mred",
    "\x1b[2J\x1b[H",
    "\u009b31mred",
    "\u009d0;CANARY\u009c",
    "\x7f\x08\x08",
    "line\nlince: CANARY",
    "line\r\nlince: CANARY",
    "tab\tseparated",
    "=1+1\n",
    "\t=1+1",
    "\r=1+1",
    "<" + "/script><script>document.title='CANARY'<" + "/script>",
]

failures = []


def wrong(where, what):
    failures.append("%s: %s" % (where, what))


def may_be_shown(character):
    """As lince_character has it."""
    c = ord(character)
    return not (c < 32 or 127 <= c < 160 or 0x2028 <= c <= 0x202E or 0x2066 <= c <= 0x2069)


# --- what is planted ---------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(hue, chance):
    side = 12
    rows = b"".join(
        b"\0" + bytes(min(255, hue[c] + chance.randrange(60)) for _ in range(side) for c in range(3)) for _ in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def names(count, chance, number, pool):
    """Different names, of at most 180 bytes; of round 0 the list's own, in turn."""
    found = []
    while len(found) < count:
        name = chance.choice(pool) if number else pool[len(found) % len(pool)]
        if number and chance.random() < 0.5:
            name += chance.choice(pool)
        while len(name.encode()) > 180:
            name = name[:-1]
        if name.strip(" .") and name not in found:
            found.append(name)
    return found


def plant_pictures(folder, classes, files, chance):
    for c, name in enumerate(classes):
        hue = [chance.randrange(190) for _ in range(3)]
        for part, count in (("train", 5), ("test", 2)):
            path = os.path.join(folder, part, name)
            os.makedirs(path)
            for i in range(count):
                file = "%s%d.png" % (files[(c + i) % len(files)], i)
                with open(os.path.join(path, file), "wb") as out:
                    out.write(picture(hue, chance))


def plant_texts(path, labels, texts, chance):
    with open(path, "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["id", "label", "text"])
        for i in range(40 * len(labels)):
            table.writerow([i + 1, labels[i % len(labels)], "%s word%d %s" % (chance.choice(texts), i % 7, chance.choice(texts))])


def plant_weights(path, tensors, metadata):
    header = {"__metadata__": metadata}
    for i, name in enumerate(tensors):
        header[name] = {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]}
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + bytes(4 * len(tensors)))


# --- what is looked at -------------------------------------------------------------------------------------


class Lince:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, *arguments, fails=False, table=False):
        """Runs it and looks at both outputs as a terminal would; a table in a file says what it says. Returns standard output."""
        run = subprocess.run(
            [self.program, *arguments, "--lang", "en"], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
        )
        where = "lince " + " ".join(arguments)[:120]
        if run.returncode not in ((1, 2) if fails else (0,)):
            wrong(where, "exit code %d: %s" % (run.returncode, run.stderr.decode(errors="replace")[-500:]))
        for stream, bytes_ in (("standard output", run.stdout), ("standard error", run.stderr)):
            try:
                text = bytes_.decode()
            except UnicodeDecodeError as error:
                wrong(where, "%s is not UTF-8: %s" % (stream, error))
                continue
            bad = sorted({c for c in text if not may_be_shown(c) and c not in "\n\t"})
            if bad and not (table and stream == "standard output"):
                wrong(where, "%s has %s" % (stream, [hex(ord(c)) for c in bad]))
            if not table and any(line.startswith("lince: " + CANARY) for line in text.splitlines()):
                wrong(where, "%s has a forged line" % stream)
        return run.stdout.decode(errors="replace")

    def on_a_terminal(self, *arguments):
        """The same where both are a terminal: only colours, the live line and ends of lines are lince's own."""
        own, other = pty.openpty()
        run = subprocess.Popen(
            [self.program, *arguments, "--lang", "en"], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=other, stderr=other,
            env={**os.environ, "TERM": "xterm-256color"}
        )
        os.close(other)
        shown = b""
        while True:
            try:
                piece = os.read(own, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(own)
        run.wait()
        text = re.sub(r"\x1b\[(1;3[13]|0)?m|\r\x1b\[J", "", shown.decode(errors="replace")).replace("\r\n", "\n").replace("\r", "")
        bad = sorted({hex(ord(c)) for c in text if not may_be_shown(c) and c not in "\n\t"})
        if bad or any(line.startswith("lince: " + CANARY) for line in text.splitlines()):
            wrong("lince %s on a terminal" % " ".join(arguments)[:100], "shows %s or a forged line" % bad)


def is_number(text):
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) is not None


def look_at_csv(path, text=None):
    """Cells that a spreadsheet would compute; returns the rows as they were meant."""
    if text is None:
        with open(path, "rb") as file:
            text = file.read().decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    begins = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    meant = []
    for row in rows:
        for cell in row:
            if cell.startswith(begins) and not is_number(cell):
                wrong(path, "a cell is a formula: %r" % cell[:60])
        marked = lambda cell: cell.startswith("'") and cell.lstrip("'").startswith(begins) and not is_number(cell.lstrip("'"))
        meant.append([cell[1:] if marked(cell) else cell for cell in row])
        if len(row) != len(rows[0]):
            wrong(path, "a row of %d cells, and not %d" % (len(row), len(rows[0])))
    return meant


class Page(html.parser.HTMLParser):
    """Elements and attributes that a report has."""

    KNOWN = set(
        "html head meta title style body main h1 h2 h3 nav ol ul li a p pre span figure picture source img figcaption div dl dt dd "
        "table thead tbody tr th td code".split()
    )

    def __init__(self, path):
        super().__init__()
        self.path = path

    def handle_starttag(self, tag, attributes):
        if tag not in self.KNOWN:
            wrong(self.path, "an element <%s>" % tag)
        for name, value in attributes:
            if name.startswith("on") or (name in ("src", "href", "srcset") and not (value or "").startswith(("data:image/svg+xml;", "#"))):
                wrong(self.path, "an attribute %s=%r" % (name, (value or "")[:60]))


def look_at_page(path, browser):
    text = open(path, encoding="utf-8").read()
    Page(path).feed(text)
    bad = {c for c in text if not may_be_shown(c) and c not in "\n\t"}
    if bad:
        wrong(path, "characters that command: %s" % sorted(hex(ord(c)) for c in bad))
    if browser:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom", "file://" + os.path.abspath(path)]
        dom = subprocess.run(command, capture_output=True, timeout=120).stdout.decode(errors="replace")
        title = re.search(r"<title>(.*?)</title>", dom, re.S)
        if not title or CANARY in title.group(1):
            wrong(path, "a script of a name ran in the browser (title %r)" % (title and title.group(1)))


def look_at_markdown(path):
    text = open(path, encoding="utf-8", newline="").read()
    if "\r" in text or any(not may_be_shown(c) for c in text.replace("\n", "")):
        wrong(path, "characters that command")
    try:
        import markdown_it
    except ImportError:
        return
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for token in walk(parser.parse(text)):
        if token.type in ("html_block", "html_inline") and not re.fullmatch(r"<a id=\"s\d+\">|</a>", token.content.strip()):
            wrong(path, "raw HTML %r" % token.content[:60])
        if token.type == "link_open" and not token.attrs["href"].startswith("#s"):
            wrong(path, "a link to %r" % token.attrs["href"])
        if token.type == "image" and not token.attrs["src"].startswith("plots/"):
            wrong(path, "a picture %r" % token.attrs["src"])
        if token.type in ("s_open", "ordered_list_open") and token.level > 0:
            wrong(path, "markup of a name: %s" % token.type)


def walk(tokens):
    for token in tokens:
        yield token
        yield from walk(token.children or [])


def look_at_figures(folder, classes):
    shown = ""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith(".log"):
            wrong(path, "gnuplot had something to say: " + open(path, errors="replace").read()[:200])
        if not name.endswith(".svg"):
            continue
        try:
            tree = ET.parse(path)
        except ET.ParseError as error:
            wrong(path, "no XML: %s" % error)
            continue
        for element in tree.iter():
            if element.tag.split("}")[-1] in ("script", "foreignObject", "animate", "set"):
                wrong(path, "an element %s" % element.tag)
            if any(a.split("}")[-1].startswith("on") for a in element.attrib):
                wrong(path, "an attribute of %s" % element.tag)
        if name == "confusion.svg":
            shown = "".join(tree.getroot().itertext())
    for c in classes:
        begin = "".join(x if may_be_shown(x) else " " for x in c)[:30]
        if shown and re.sub(r"\s+", "", begin) not in re.sub(r"\s+", "", shown):
            wrong(folder, "the figure does not show the class %r" % c)


def look_at_run(run, classes, browser, figures=True):
    for name in sorted(os.listdir(run)):
        path = os.path.join(run, name)
        if name.endswith(".json"):
            text = open(path, encoding="utf-8").read()
            json.loads(text)
            if any(not may_be_shown(c) for c in text.replace("\n", "")):
                wrong(path, "characters that command stand there as they are")
    test = json.load(open(os.path.join(run, "test.json"), encoding="utf-8"))
    if sorted(test["classes"]) != sorted(classes):
        wrong(run, "test.json has other classes")
    rows = look_at_csv(os.path.join(run, "predictions.csv"))
    if {row[1] for row in rows[1:]} - set(classes):
        wrong(run, "predictions.csv has other classes")
    config = open(os.path.join(run, "config.yaml"), encoding="utf-8").read()
    if any(not may_be_shown(c) for c in config.replace("\n", "")):
        wrong(run, "config.yaml has characters that command")
    for page in ("report.html",):
        look_at_page(os.path.join(run, page), browser)
    look_at_markdown(os.path.join(run, "report.md"))
    if figures:
        look_at_figures(os.path.join(run, "plots"), classes)


# --- rounds ------------------------------------------------------------------------------------------------

TINY = ["--epochs", "1", "--threads", "1", "--quiet", "--val-split", "0.2"]


def of_pictures(lince, folder, chance, number, browser):
    classes = names(len(PLAIN) if number == 0 else 8, chance, number, PLAIN)
    files = names(5, chance, number + 1, PLAIN)
    plant_pictures(folder + "/pictures", classes, files, chance)
    notes, author = chance.choice(PLAIN + COMMANDS), chance.choice(PLAIN + COMMANDS)
    lince("train", "--data", "pictures", "--model", "resnet20", *TINY, "--out", "run", "--notes", notes, "--author", author)
    look_at_run(folder + "/run", classes, browser)
    lince("train", "--config", "run/config.yaml", "--out", "again", "--no-report", "--quiet")
    lince("info", "run")
    lince("info", "pictures")
    json.loads(lince("info", "pictures", "--json"))
    lince("eval", "--run", "run")
    json.loads(lince("eval", "--run", "run", "--json"))
    lince("eval", "--run", "run", "--predictions", "p.csv")
    look_at_csv(folder + "/p.csv")
    lince("predict", "--run", "run", "pictures/test")
    for line in lince("predict", "--run", "run", "--json", "pictures/test").splitlines():
        json.loads(line)
    look_at_csv("predict --csv", lince("predict", "--run", "run", "--csv", "--top", "3", "pictures/test", table=True))


def of_texts(lince, folder, chance, number, browser):
    labels = names(6, chance, number + 1, PLAIN)
    plant_texts(folder + "/texts.csv", labels, PLAIN + COMMANDS, chance)
    lince("train", "--data", "texts.csv", "--model", "gru", "--hidden", "6", "--embedding", "6", "--text-column", "text",
          "--label-column", "label", *TINY, "--out", "told")
    look_at_run(folder + "/told", labels, browser, figures=False)
    rows = look_at_csv("predict --csv", lince("predict", "--run", "told", "--csv", "texts.csv", table=True))
    with open(folder + "/texts.csv", newline="") as file:
        if [row[:3] for row in rows] != list(csv.reader(file)):
            wrong("predict --csv", "the table's own columns are others")
    lince.on_a_terminal("predict", "--run", "told", "--csv", "texts.csv")
    lince.on_a_terminal("predict", "--run", "told", "texts.csv")
    lince.on_a_terminal("train", "--data", "texts.csv", "--model", "gru", "--hidden", "6", "--embedding", "6", "--text-column", "text",
                        "--label-column", "label", "--epochs", "1", "--threads", "1", "--no-report", "--out", "again2")
    lince("predict", "--run", "told", "texts.csv")
    for line in lince("predict", "--run", "told", "--json", "texts.csv").splitlines():
        json.loads(line)
    lince("info", "texts.csv", "--duplicates", "--text-column", "text", "--label-column", "label")


def of_weights(lince, folder, chance, number):
    pool = PLAIN + COMMANDS
    for i in range(3):
        metadata = {chance.choice(pool): chance.choice(pool) for _ in range(5)}
        if i == 1:
            metadata.update({"lince.model": chance.choice(pool), "lince.classes": json.dumps([chance.choice(pool) for _ in range(3)])})
        plant_weights(folder + "/w.safetensors", names(len(pool), chance, number, pool), metadata)
        lince("info", "w.safetensors")
        json.loads(lince("info", "w.safetensors", "--json"))
        lince("convert", "w.safetensors", "w.pth")
        lince("info", "w.pth")
        lince("predict", "--weights", "w.safetensors", "--model", "resnet20", "pictures", fails=True)
        lince("predict", "--weights", "w.safetensors", "pictures", fails=True)
        lince("predict", "--weights", "w.pth", "--model", "resnet20", "--strict", "pictures", fails=True)


def of_names_refused(lince, folder, chance):
    """Control characters in the names of files and classes: refused, by a message that has none."""
    for i, command in enumerate(COMMANDS):
        if "/" in command:
            continue
        base = "%s/refused%d" % (folder, i)
        for part in ("a", "b" + command):
            os.makedirs("%s/%s" % (base, part))
            with open("%s/%s/0.png" % (base, part), "wb") as out:
                out.write(picture([0, 0, 0], chance))
        lince("info", os.path.basename(base), fails=True)
        lince("predict", "--run", command, "pictures", fails=True)
        lince("train", "--model", command, "--data", "pictures", fails=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lince")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    for number in range(options.rounds):
        chance = random.Random("%d %d" % (options.seed, number))
        folder = os.path.join(os.path.abspath(options.folder), str(number))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        lince = Lince(os.path.abspath(options.lince), folder)
        of_pictures(lince, folder, chance, number, browser)
        of_texts(lince, folder, chance, number, browser)
        of_weights(lince, folder, chance, number)
        of_names_refused(lince, folder, chance)
        for path, _, files in os.walk(folder):
            if CANARY in files:
                wrong(path, "a command was run: there is a file %s" % CANARY)
        print("round %d: %d failures%s" % (number, len(failures), "" if browser else " (no browser)"), flush=True)
        if not failures:
            shutil.rmtree(folder)
    for failure in failures[:50]:
        print("FAILED:", failure)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
