"""One peer that answers line by line.

usage: peer.py ENGINE

Told `same FILE`, it answers from that Parquet file; told `own FILE FOLDER`, it first puts the rows into the layout that is
its own best. `ask NAME ACCOUNT` answers a question once and says wall and processor nanoseconds and the SHA-256 of the
answer; `rows NAME ACCOUNT` says the answer itself. What is said ends with a line `end`.
"""

import hashlib
import sys
import time

from engines import ENGINES


def lines(rows):
    """Whole numbers between commas, in order."""
    return [",".join(str(cell) for cell in row) for row in sorted([int(cell) for cell in row] for row in rows)]


def timed(run):
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    answer = run()
    return answer, time.perf_counter_ns() - wall, time.process_time_ns() - cpu


def said(engine, words):
    match words:
        case ["name"]:
            return [engine.name]
        case ["same", file]:
            engine.same(file)
            return []
        case ["own", file, folder]:
            _, wall, cpu = timed(lambda: engine.own(file, folder))
            return [f"{wall} {cpu}"]
        case ["insert", folder, seconds]:
            rows, wall, cpu = timed(lambda: engine.insert(folder, int(seconds)))
            return [f"{wall} {cpu} {rows}"]
        case ["ask", name, account]:
            answer, wall, cpu = timed(engine.asked(name, int(account)))
            text = "".join(f"{line}\n" for line in lines(engine.rows(answer)))
            return [f"{wall} {cpu} {hashlib.sha256(text.encode()).hexdigest()}"]
        case ["rows", name, account]:
            return lines(engine.rows(engine.asked(name, int(account))()))
    raise ValueError(words)


def main():
    engine = ENGINES[sys.argv[1]]()
    for line in sys.stdin:
        for answer in said(engine, line.rstrip("\n").split("\t")):
            print(answer)
        print("end", flush=True)


main()
