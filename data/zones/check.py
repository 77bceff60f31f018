"""Prints every change of offset of every zone, 2010 to 2037, as Python's `zoneinfo` and the PyPI package `tzdata` have it.

Installs nothing. `cargo run -p calendar --example transitions` prints the same from the program's own database; with a
`tzdata` of the same version the two must be equal. With `--against FILE` compares with that output and exits 1 on a
difference.
"""

import datetime
import sys
import zoneinfo

import tzdata

# Only the package, never the machine's own files.
zoneinfo.reset_tzpath(to=())

UTC = datetime.timezone.utc
FROM = int(datetime.datetime(2010, 1, 1, tzinfo=UTC).timestamp())
UNTIL = int(datetime.datetime(2038, 1, 1, tzinfo=UTC).timestamp())
# No zone changes twice within half a day.
STEP_S = 12 * 3600


def offset_s(zone, at):
    return int(datetime.datetime.fromtimestamp(at, zone).utcoffset().total_seconds())


def change_within(zone, before, after):
    """The first second of the new offset, knowing that the offsets at both ends differ."""
    old = offset_s(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if offset_s(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def transitions(zone):
    # From a second before, so that a change at the very start is one.
    previous = FROM - 1
    for at in range(FROM, UNTIL + STEP_S, STEP_S):
        at = min(at, UNTIL - 1)
        if offset_s(zone, at) != offset_s(zone, previous):
            change = change_within(zone, previous, at)
            yield change, offset_s(zone, change)
        previous = at


def lines():
    yield f"tzdb {tzdata.IANA_VERSION}"
    for name in sorted(zoneinfo.available_timezones()):
        zone = zoneinfo.ZoneInfo(name)
        yield f"{name} {offset_s(zone, FROM - 1):+}"
        for at, offset in transitions(zone):
            shown = datetime.datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield f"{name} {shown} {offset:+}"


def differences(ours, theirs):
    yield from (f"only in the program: {line}" for line in sorted(set(ours) - set(theirs)))
    yield from (f"only in tzdata: {line}" for line in sorted(set(theirs) - set(ours)))


def main(arguments):
    theirs = list(lines())
    if arguments[:1] != ["--against"]:
        print("\n".join(theirs))
        return 0
    with open(arguments[1], encoding="utf-8") as file:
        ours = file.read().splitlines()
    found = list(differences(ours, theirs))
    print("\n".join(found[:200] + [f"zones: {len(theirs)} lines, {len(found)} differences, {theirs[0]}"]))
    return 1 if found or not ours else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
