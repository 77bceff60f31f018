//! Prints every change of offset of every bundled zone, 2010 to 2037, as `data/zones/check.py` does.

use std::error::Error;

use calendar::{Date, Transition, Zone, tzdb_version};
use timeline::Interval;

fn main() -> Result<(), Box<dyn Error>> {
    let utc = Zone::utc();
    let new_year = |year| Date::new(year, 1, 1).and_then(|date| utc.start_of_day(date));
    let within = new_year(2010).zip(new_year(2038)).and_then(|(from, until)| Interval::new(from, until));
    let within = within.ok_or("the years are in range")?;
    let mut names: Vec<&str> = Zone::names().collect();
    names.sort_unstable();
    println!("tzdb {}", tzdb_version());
    for name in names {
        let zone = Zone::named(name)?;
        let before = within.from().checked_sub(1).ok_or("the year is in range")?;
        println!("{name} {:+}", zone.offset_seconds(before));
        for Transition { at, offset_seconds } in zone.transitions(within) {
            println!("{name} {} {offset_seconds:+}", utc.show(at));
        }
    }
    Ok(())
}
