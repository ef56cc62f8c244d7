#!/usr/bin/env python3
"""Makes docs/run.svg: examples/hello on a terminal, first with a mistake in it, then without.

    docs/picture.py PROVE > docs/run.svg

Both runs are real; what prove writes to the terminal is drawn as it stands there at the end. Must not
know what a run says.
"""
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = 88
WIDTH, HEIGHT = 8.4, 19  # of a character
MARGIN, TOP = 18, 40
SEQUENCE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def shown(prove, folder):
    """What a run wrote to a terminal."""
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    env.update(TERM="xterm-256color", LANG="C.UTF-8")
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "columns", str(COLUMNS), "rows", "40"], stdin=theirs, check=True)
    child = subprocess.Popen([prove, "run"], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                             stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 4096)
        except OSError:
            break
    child.wait()
    os.close(ours)
    return said.decode()


def screen(said):
    """The lines that stand there at the end, each a list of (style, text)."""
    lines, at, style, last = [[]], 0, (), 0
    for found in SEQUENCE.finditer(said + "\x1b[m"):
        pieces = re.split(r"(\r?\n|\r)", said[last:found.start()])
        for piece in pieces:
            if piece.endswith("\n"):
                at += 1
                lines.extend([] for _ in range(at + 1 - len(lines)))
            elif piece == "\r" or not piece:
                continue
            else:
                lines[at].append((style, piece))
        last = found.end()
        numbers, word = found.group(1), found.group(2)
        if word == "A":
            at -= int(numbers or 1)
            lines[at] = []
        elif word == "J":
            del lines[at:]
            lines.append([])
        elif word == "K":
            pass
        elif word == "m":
            style = styled(style, numbers)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def styled(style, numbers):
    words = {"1": "b", "2": "d", "31": "f", "32": "p", "33": "w", "35": "e"}
    for number in (numbers or "0").split(";"):
        if number == "0":
            style = ()
        elif number in words:
            style += (words[number],)
    return style


def runs(prove):
    """Commands and what they showed."""
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "hello")
        shutil.copytree(os.path.join(HERE, "../examples/hello"), folder,
                        ignore=shutil.ignore_patterns(".prove", "*.xml"))
        gates = os.path.join(folder, "prove.yml")
        with open(gates, encoding="utf-8") as file:
            text = file.read()
        # Its advisory gate is a wish that is not fulfilled: a page of its own tells of those.
        write(gates, re.sub(r"\n  # An advisory gate.*?(?=\n\w)", "", text, flags=re.S))
        script = os.path.join(folder, "greet.sh")
        with open(script, encoding="utf-8") as file:
            right = file.read()
        write(script, right.replace("Hello, %s!", "Hi, %s!"))
        git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-C", folder]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hello"]):
            subprocess.run(git + words, check=True)
        first = screen(shown(prove, folder))
        write(script, right)
        fix = [[("b",), "$ "], [(), "sed -i 's/Hi/Hello/' greet.sh && prove run"]]
        start = [[("b",), "$ "], [(), "prove run"]]
        return [start, *first, [], fix, *screen(shown(prove, folder))]


def wrapped(line):
    """A line as a terminal breaks it."""
    rows, room = [[]], COLUMNS
    for style, text in line:
        while len(text) > room:
            rows[-1].append((style, text[:room]))
            rows.append([])
            text, room = text[room:], COLUMNS
        rows[-1].append((style, text))
        room -= len(text)
    return rows


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def svg(lines):
    lines = [row for line in lines for row in wrapped(line)]
    width = round(COLUMNS * WIDTH + 2 * MARGIN)
    height = TOP + len(lines) * HEIGHT + MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
           f'height="{height}" role="img" aria-labelledby="t"><title id="t">Two runs of prove in a '
           "terminal: the first is refuted and shows why, the second is proved.</title><style>"
           "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
           "fill:#1c2126;white-space:pre}.a{fill:#fff;stroke:#d0d7de}.o{fill:#d0d7de}"
           ".b{font-weight:700}.d{fill:#565f69}.p{fill:#1a7336}.f{fill:#b3261e}.w{fill:#855300}"
           ".e{fill:#8a2f8a}@media(prefers-color-scheme:dark){text{fill:#dfe3e7}.a{fill:#15191d;"
           "stroke:#323940}.o{fill:#323940}.d{fill:#98a2ad}.p{fill:#6fcf8c}.f{fill:#ff8078}"
           ".w{fill:#e0b44c}.e{fill:#e7bcff}}</style>"
           f'<rect class="a" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>']
    out += [f'<circle class="o" cx="{MARGIN + 4 + 18 * n}" cy="18" r="5.5"/>' for n in range(3)]
    for row, line in enumerate(lines):
        column, y = 0, TOP + row * HEIGHT + 14
        for style, text in line:
            x = round(MARGIN + column * WIDTH, 1)
            column += len(text)
            if text.strip():
                long = round(len(text) * WIDTH, 1)
                mark = f' class="{" ".join(style)}"' if style else ""
                out.append(f'<text{mark} x="{x}" y="{y}" textLength="{long}" '
                           f'xml:space="preserve">{escape(text)}</text>')
    return "\n".join(out) + "\n</svg>\n"


if __name__ == "__main__":
    sys.stdout.write(svg(runs(os.path.abspath(sys.argv[1]))))
