"""Compares our holiday tables with the PyPI packages `holidays` and `chinesecalendar`.

Installs nothing: run it where both are installed. Prints every difference and exits 1 if there is one.
"""

import datetime
import pathlib
import sys

import chinese_calendar
import holidays

HERE = pathlib.Path(__file__).resolve().parent
US_YEARS = range(2015, 2041)
# Weekend days, never worked either way, that count as days off only when a notice gives them (放假) and not when it
# merely says that the weekend follows (与周末连休). The package marks these few otherwise than the notices read.
CN_WEEKENDS_ONLY_OURS = {datetime.date(2015, 9, 5)}
CN_WEEKENDS_ONLY_THEIRS = {
    datetime.date(2019, 4, 6),
    datetime.date(2019, 4, 7),
    datetime.date(2019, 6, 8),
    datetime.date(2019, 6, 9),
    datetime.date(2019, 9, 14),
    datetime.date(2019, 9, 15),
    datetime.date(2023, 12, 30),
    datetime.date(2023, 12, 31),
}


def read(path):
    """The rows of one table as {date: mark}."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split(",") for line in lines]
    return {datetime.date.fromisoformat(row[0]): row[1] for row in rows}


def days_of(year):
    first = datetime.date(year, 1, 1)
    return [first + datetime.timedelta(days) for days in range((datetime.date(year + 1, 1, 1) - first).days)]


def worked(day, marks):
    """The rule of our calendar: a mark decides, else the weekday."""
    return marks.get(day, "work" if day.weekday() < 5 else "off") == "work"


def compare_cn(year, marks):
    """Every day of the year, worked or not, by three sources; and the marks themselves."""
    china = holidays.China(years=year)
    for day in days_of(year):
        ours = worked(day, marks)
        for name, theirs in [
            ("chinesecalendar", chinese_calendar.is_workday(day)),
            ("holidays", china.is_working_day(day)),
        ]:
            if ours != theirs:
                yield f"cn {day}: worked {ours}, {name} says {theirs}"
    off = {day for day, mark in marks.items() if mark == "off"} - CN_WEEKENDS_ONLY_OURS
    theirs = of_year(year, chinese_calendar.holidays) - CN_WEEKENDS_ONLY_THEIRS
    yield from differing(f"cn {year} off, chinesecalendar", off, theirs)
    made_up = {day for day, mark in marks.items() if mark == "work"}
    yield from differing(f"cn {year} made up, chinesecalendar", made_up, of_year(year, chinese_calendar.workdays))
    yield from differing(f"cn {year} made up, holidays", made_up, of_year(year, china.weekend_workdays))


def of_year(year, days):
    return {day for day in days if day.year == year}


def differing(what, ours, theirs):
    for day in sorted(ours ^ theirs):
        yield f"{what}: {day} only in {'ours' if day in ours else 'theirs'}"


def compare_us(year, off):
    # The package puts a holiday observed in the year before under the year it belongs to.
    federal = holidays.UnitedStates(years=[year, year + 1], observed=True)
    yield from differing(f"us_federal {year}, holidays", of_year(year, off), of_year(year, federal))


def main():
    differences = []
    years = 0
    for path in sorted((HERE / "cn").glob("*.csv")):
        years += 1
        differences += compare_cn(int(path.stem), read(path))
    us = read(HERE / "us_federal.csv")
    for year in US_YEARS:
        differences += compare_us(year, us)
    if set(us.values()) != {"off"} or {day.year for day in us} != set(US_YEARS):
        differences.append("us_federal: not exactly days off of the years promised")
    for difference in differences:
        print(difference)
    versions = f"holidays {holidays.__version__}, chinesecalendar {version_of('chinesecalendar')}"
    print(f"holidays: {years} years cn, {len(US_YEARS)} years us_federal, {len(differences)} differences ({versions})")
    return 1 if differences or not years else 0


def version_of(package):
    import importlib.metadata

    return importlib.metadata.version(package)


if __name__ == "__main__":
    sys.exit(main())
