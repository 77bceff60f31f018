//! The holiday tables a contract rests on: which years they know, for what lies beyond is provisional until they are known.

use diagnostic::Bilingual;
use language::Contract;

/// A line for each table.
pub(super) fn notes(contract: &Contract) -> Vec<Bilingual> {
    settle::calendars_of(contract).iter().map(note).collect()
}

fn note(it: &calendar::HolidayCalendar) -> Bilingual {
    let (name, from, until) = (it.name(), it.years().start().to_owned(), it.years().end().to_owned());
    Bilingual::new(
        format!(
            "calendar {name}: {from} to {until}; what needs a later year is provisional until it is published"
        ),
        format!("节假日历 {name}：{from} 至 {until} 年；所需年份尚未公布的，结果为暂定"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_program_and_of_the_contract_are_named_with_their_years() {
        let text = "---\nid: c\nversion: \"1\"\nzone: Europe/Berlin\ncurrency: EUR\n---\n# C\n```sla\ncycle calendar month\n\
            bavaria = holidays \"Bavaria\" covering 2026..2027 {\n  2026-01-06: off\n}\n\
            due = date(cycle.until) + 5 working days of bavaria\nlater = date(cycle.until) + 1 working days of cn\n```\n";
        let contract = language::read("c.md", text).0.unwrap();
        let told: Vec<String> = notes(&contract).into_iter().map(|it| it.en).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("calendar Bavaria: 2026 to 2027;"), "{told:?}");
        assert!(told[1].starts_with("calendar cn: "), "{told:?}");
    }
}
