//! Days from left to right, hours from top to bottom: where failures gather.

use super::{Svg, WIDTH, block, drawing};

/// An hour of a day.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// The day, from 0.
    pub(crate) column: usize,
    /// The hour, from 0.
    pub(crate) row: usize,
    /// From 0, nothing failed, to 4, most did; `None`: nothing was counted.
    pub(crate) grade: Option<u8>,
    /// What a pointer on it says; empty for nothing.
    pub(crate) title: String,
}

/// Hours with records; all others stay empty.
#[derive(Debug, Clone)]
pub(crate) struct Heat {
    pub(crate) title: String,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) cells: Vec<Cell>,
}

const ROW: i64 = 10;

impl Heat {
    /// Worse hours are darker and fuller: they differ in size, too.
    pub(crate) fn draw(&self) -> Svg {
        let count = i64::try_from(self.columns).unwrap_or(1).max(1);
        let mut parts = String::new();
        for it in &self.cells {
            let (column, row) = (i64::try_from(it.column).unwrap_or(0), i64::try_from(it.row).unwrap_or(0));
            let (x, end) = (column * WIDTH / count, (column + 1) * WIDTH / count);
            let width = (end - x - 3).max(2);
            let (class, height) = match it.grade {
                None => ("cell none".to_owned(), 2),
                Some(0) => ("cell g0".to_owned(), 2),
                Some(grade) => (format!("cell g{grade}"), (2 + 2 * i64::from(grade)).min(ROW)),
            };
            let y = row * ROW + (ROW - height) / 2;
            parts.push_str(&block(&class, (x, y), (width, height), &it.title));
        }
        let rows = i64::try_from(self.rows).unwrap_or(1).max(1);
        drawing("heat", rows * ROW, &self.title, &parts)
    }
}
