//! Columns and lines on a terminal, where a Chinese character takes two cells.

/// Cells a line has.
pub(super) const WIDTH: usize = 96;

/// Cells the text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// The text with spaces up to `cells`.
pub(super) fn left(text: &str, cells: usize) -> String {
    format!("{text}{}", blank(cells, text))
}

/// The text with spaces before it up to `cells`.
pub(super) fn right(text: &str, cells: usize) -> String {
    format!("{}{text}", blank(cells, text))
}

/// How the cells of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Left,
    Right,
}

/// Rows as lines whose columns are aligned, two cells apart, no space at the end of a line.
pub(super) fn table(stands: &[Stand], rows: &[Vec<String>]) -> Vec<String> {
    let widths: Vec<usize> = (0..stands.len())
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    rows.iter().map(|row| line(stands, &widths, row)).collect()
}

/// The text in lines of at most `cells`, broken at spaces and beside Chinese characters.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if width(&line) + width(piece.trim_end()) > cells && !line.trim_end().is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

fn line(stands: &[Stand], widths: &[usize], row: &[String]) -> String {
    let cells = row.iter().zip(stands).zip(widths).filter(|(_, width)| **width > 0);
    let cells = cells.map(|((cell, stand), width)| match stand {
        Stand::Left => left(cell, *width),
        Stand::Right => right(cell, *width),
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn blank(cells: usize, text: &str) -> String {
    " ".repeat(cells.saturating_sub(width(text)))
}

/// Parts between which a line may break, each with the spaces after it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = Some(c);
    }
    pieces.extend(text.get(start..));
    pieces
}

/// Chinese punctuation that closes stays with what it follows, opening quotes with what they open.
fn may_break(before: char, after: char) -> bool {
    let closes = "，。；：、）》”’！？％%…,.;:)";
    let opens = "（《“‘(";
    if after == ' ' || closes.contains(after) || opens.contains(before) {
        return false;
    }
    before == ' ' || cells(before) == 2 || cells(after) == 2
}

/// Cells of a character: combining ones take none.
fn cells(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f => 0,
        _ => diagnostic::width(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_chinese_character_takes_two_cells() {
        for (text, cells) in
            [("", 0), ("99.9%", 5), ("可用性", 6), ("a 指标：", 8), ("≥ …", 3), ("e\u{301}", 1)]
        {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn columns_are_aligned_in_cells() {
        let rows = [row(&["可用性", "99.9%", "条款 1"]), row(&["mtbf", "5%", ""])];
        let lines = table(&[Stand::Left, Stand::Right, Stand::Left], &rows);
        assert_eq!(lines, ["可用性  99.9%  条款 1", "mtbf       5%"]);
    }

    #[test]
    fn a_column_without_text_takes_no_cells() {
        let rows = [row(&["a", "", "b"]), row(&["c", "", "d"])];
        assert_eq!(table(&[Stand::Left, Stand::Left, Stand::Left], &rows), ["a  b", "c  d"]);
    }

    #[test]
    fn lines_break_at_spaces_and_beside_chinese_characters() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("服务可用性为 99.9% 以上。", 10), ["服务可用性", "为 99.9%", "以上。"]);
        assert_eq!(wrap("结束，开始", 4), ["结", "束，", "开始"]);
        assert_eq!(wrap("indivisible", 4), ["indivisible"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn no_line_is_wider_than_asked_and_no_word_is_lost() {
        let text = "The printed formula 按原文公式得负数，不予支付 (between 99 % and 99.5 %)；见第 6 条。";
        for cells in 24..60 {
            let lines = wrap(text, cells);
            assert!(lines.iter().all(|line| width(line) <= cells), "{lines:?}");
            let joined: String = lines.concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
