//! A long list a part at a time: which part is asked for, and where the parts beside it are.

use crate::view::View;

/// Things of one part.
const SHOWN: usize = 50;

/// Which part of a list is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pages {
    from: usize,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// `1 to 50 of 412`.
    pub(crate) told: String,
    /// The address asks for this list's part.
    pub(crate) is_chosen: bool,
}

impl Pages {
    /// Of a page with one list of so many things: `?from=50`.
    pub(crate) fn of(view: &View<'_, '_>, path: String, all: usize) -> Self {
        let asked = if view.query("of").is_none() { view.query("from") } else { None };
        Self::new(view, asked, |from| format!("{path}?from={from}"), all)
    }

    /// Of a page with many lists, for the one of this name: `?of=NAME&from=50#NAME`.
    pub(crate) fn of_one(view: &View<'_, '_>, path: String, name: &str, all: usize) -> Self {
        let asked = if view.query("of") == Some(name) { view.query("from") } else { None };
        Self::new(view, asked, |from| format!("{path}?of={name}&from={from}#{name}"), all)
    }

    fn new(view: &View<'_, '_>, asked: Option<&str>, href: impl Fn(usize) -> String, all: usize) -> Self {
        let (from, until) = part(asked, all);
        let count = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        Self {
            from,
            before: (from > 0).then(|| href(from.saturating_sub(SHOWN))),
            after: (until < all).then(|| href(until)),
            told: view.w.pages_told(count(from.saturating_add(1)), count(until), count(all)),
            is_chosen: asked.is_some(),
        }
    }

    /// What of the list is shown.
    pub(crate) fn shown<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.from..).unwrap_or_default();
        rest.get(..SHOWN).unwrap_or(rest)
    }
}

/// `[from, until)` of so many things; the first part when what is asked for begins none.
fn part(asked: Option<&str>, all: usize) -> (usize, usize) {
    let from: usize = asked.and_then(|it| it.parse().ok()).filter(|it| *it < all).unwrap_or(0);
    let from = from.saturating_sub(from % SHOWN);
    (from, from.saturating_add(SHOWN).min(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_follow_each_other_and_leave_nothing_out() {
        for (asked, all, expected) in [
            (None, 0, (0, 0)),
            (None, 7, (0, 7)),
            (None, 412, (0, 50)),
            (Some("50"), 412, (50, 100)),
            (Some("400"), 412, (400, 412)),
            (Some("61"), 412, (50, 100)),
            (Some("412"), 412, (0, 50)),
            (Some("-1"), 412, (0, 50)),
            (Some("x"), 50, (0, 50)),
        ] {
            assert_eq!(part(asked, all), expected, "{asked:?} of {all}");
        }
    }
}
