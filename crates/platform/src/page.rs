//! Lists in pages: as many as asked for, and where the next page begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Row;

use crate::refusal::Refusal;

/// Most items of one page.
pub const LIMIT_MAX: u32 = 200;
/// Items of a page when nothing is asked for.
pub const LIMIT_DEFAULT: u32 = 50;

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Only items after this one: `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// Most items of the page, 1 to 200.
    #[serde(default = "limit_default")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed<T> {
    /// The items, in the order of their keys.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: LIMIT_DEFAULT }
    }
}

impl Page {
    /// Where the page begins, as a parameter of `key > $n`: everything sorts after the empty text.
    pub fn after(&self) -> &str {
        self.after.as_deref().unwrap_or("")
    }

    /// What to ask the store for: one more than the page holds, so that it is known whether there is a next one.
    /// Refused when the limit is out of range.
    pub fn rows(&self) -> Result<i64, Refusal> {
        if (1..=LIMIT_MAX).contains(&self.limit) {
            return Ok(i64::from(self.limit) + 1);
        }
        Err(Refusal::invalid(
            format!("limit is {}; ask for 1 to {LIMIT_MAX} items", self.limit),
            format!("limit 为 {}；每页可取 1 至 {LIMIT_MAX} 项", self.limit),
        ))
    }

    /// The page, from the rows the store gave for [`Self::rows`]: `view` reads one, and `key` is the column `after` is compared
    /// with.
    pub(crate) fn listed<T, E>(
        &self,
        rows: &[Row],
        view: impl Fn(&Row) -> Result<T, E>,
        key: impl Fn(&T) -> String,
    ) -> Result<Listed<T>, E> {
        Ok(self.cut(rows.iter().map(view).collect::<Result<_, E>>()?, key))
    }

    /// The page, from what the store gave for [`Self::rows`]; `key` is the column `after` is compared with.
    pub fn cut<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> String) -> Listed<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(key);
        Listed { items, next }
    }
}

fn limit_default() -> u32 {
    LIMIT_DEFAULT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_put_together_are_the_whole_list() {
        let all: Vec<String> = (0..23).map(|it| format!("{it:02}")).collect();
        for limit in 1..=25 {
            let (mut page, mut seen) = (Page { after: None, limit }, Vec::new());
            loop {
                let rows = usize::try_from(page.rows().unwrap()).unwrap();
                let found = all.iter().filter(|it| it.as_str() > page.after()).take(rows).cloned().collect();
                let listed = page.cut(found, String::clone);
                seen.extend(listed.items);
                page.after = listed.next;
                if page.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, all, "limit {limit}");
        }
    }

    #[test]
    fn the_limit_has_a_range() {
        let rows = |limit| Page { after: None, limit }.rows().ok();
        assert_eq!((rows(0), rows(1), rows(200), rows(201)), (None, Some(2), Some(201), None));
    }
}
