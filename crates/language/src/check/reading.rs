//! Readings of one text: exactly one is in force, and a name means the same choice everywhere.

use super::Checker;
use super::item::Progress;
use crate::contract::Item;
use crate::syntax::ast::{Body, Reading, StatementKind};

impl Checker<'_> {
    /// Reports readings of one item that share a name, and items of which not exactly one reading is in force.
    pub(crate) fn check_in_force(&mut self, item: &Item, readings: &[Reading]) {
        for (at, reading) in readings.iter().enumerate() {
            if readings.iter().take(at).any(|it| it.name.text == reading.name.text) {
                self.twice(&reading.name.text, reading.name.span);
            }
        }
        let forced = readings.iter().filter(|it| it.in_force).count();
        if forced != 1 {
            self.error(
                "E0110",
                item.span,
                format!("`{}` has {} readings, of which {forced} are in force", item.name, readings.len()),
                format!("`{}` 有 {} 种解读，其中 {forced} 种生效", item.name, readings.len()),
                ("mark exactly one reading `in force`", "请恰好将一种解读标为 `in force`"),
            );
        }
    }

    /// A reading in force in one definition is in force wherever its name stands.
    pub(crate) fn check_choices_agree(&mut self) {
        let mut all: Vec<(String, Reading)> = Vec::new();
        for state in &self.items {
            let readings = match (&state.progress, &state.statement) {
                (Progress::Done(_), StatementKind::Definition(_, _, Body::Readings(readings)))
                | (Progress::Done(_), StatementKind::Derived(_, _, Body::Readings(readings)))
                | (Progress::Done(_), StatementKind::Level { body: Body::Readings(readings), .. })
                | (Progress::Done(_), StatementKind::Promise { body: Body::Readings(readings), .. }) => {
                    readings
                }
                _ => continue,
            };
            all.extend(readings.iter().map(|it| (state.name.text.clone(), it.clone())));
        }
        for (at, (item, reading)) in all.iter().enumerate() {
            let other = all.iter().take(at).find(|(_, it)| it.name.text == reading.name.text);
            let Some((first, other)) = other else { continue };
            if other.in_force == reading.in_force || first == item {
                continue;
            }
            let name = &reading.name.text;
            let (yes, no) = if reading.in_force { (item, first) } else { (first, item) };
            self.error(
                "E0118",
                reading.name.span,
                format!("reading `{name}` is in force in `{yes}`, but not in `{no}`"),
                format!("解读 `{name}` 在 `{yes}` 中生效，在 `{no}` 中却未生效"),
                (
                    "one name is one choice: mark it in both, or give one of the readings another name",
                    "同名即同一选择：请两处都标为生效，或为其中一处另取名称",
                ),
            );
        }
    }
}
