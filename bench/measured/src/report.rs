//! What was measured, as a table for people and as JSON.

use serde_json::{Value, json};

/// What a measurement should reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// So many times as fast as the peer.
    Faster(u64),
    /// A number no greater than this, in the item's own unit.
    AtMost(u64),
    /// A rate so many hundredths of the peer's.
    RateHundredths(u64),
    /// A rate no less than this, in the item's own unit.
    AtLeast(u64),
    /// Measured to be known.
    Open,
    /// A rate, measured to be known.
    OpenRate,
}

/// A peer's number for the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// Who it is, with the version.
    pub name: String,
    /// In the item's unit.
    pub value: u64,
}

/// One line of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What was measured.
    pub id: &'static str,
    /// What the numbers count: microseconds unless said otherwise.
    pub unit: &'static str,
    /// Our number.
    pub ours: u64,
    /// The peer's.
    pub rival: Option<Rival>,
    /// What ours should reach.
    pub goal: Goal,
    /// Whether every answer was the expected one, bit for bit.
    pub is_equal: bool,
}

impl Item {
    /// How many times as fast as the peer ours is, in hundredths, cut: of times the peer's by ours, of rates ours by the
    /// peer's.
    fn ratio_hundredths(&self) -> Option<u64> {
        let peer = self.rival.as_ref()?.value;
        let is_rate = matches!(self.goal, Goal::RateHundredths(_) | Goal::OpenRate);
        let (more, less) = if is_rate { (self.ours, peer) } else { (peer, self.ours) };
        more.checked_mul(100)?.checked_div(less)
    }

    fn ratio(&self) -> Option<String> {
        self.ratio_hundredths().map(of_hundredths)
    }

    fn goal(&self) -> Option<String> {
        match self.goal {
            Goal::Faster(times) => Some(format!(">= {times}")),
            Goal::AtMost(most) => Some(format!("<= {most} {}", self.unit)),
            Goal::RateHundredths(hundredths) => Some(format!(">= {}", of_hundredths(hundredths))),
            Goal::AtLeast(least) => Some(format!(">= {least} {}", self.unit)),
            Goal::Open | Goal::OpenRate => None,
        }
    }

    /// `None` when there is no goal.
    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::Faster(times) => Some(self.ratio_hundredths()? >= times * 100),
            Goal::AtMost(most) => Some(self.ours <= most),
            Goal::RateHundredths(hundredths) => Some(self.ratio_hundredths()? >= hundredths),
            Goal::AtLeast(least) => Some(self.ours >= least),
            Goal::Open | Goal::OpenRate => None,
        }
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "unit": self.unit,
            "ours": self.ours,
            "peer": self.rival.as_ref().map(|rival| rival.value),
            "peer_name": self.rival.as_ref().map(|rival| rival.name.as_str()),
            "ratio": self.ratio(),
            "goal": self.goal(),
            "met": self.is_met(),
            "equal": self.is_equal,
        })
    }

    fn columns(&self) -> [String; 8] {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let yes_no = |yes: bool| if yes { "yes" } else { "NO" }.to_owned();
        let rival = self.rival.as_ref();
        [
            self.id.to_owned(),
            format!("{} {}", self.ours, self.unit),
            or_dash(rival.map(|rival| format!("{} {}", rival.value, self.unit))),
            or_dash(rival.map(|rival| rival.name.clone())),
            or_dash(self.ratio()),
            or_dash(self.goal()),
            or_dash(self.is_met().map(yes_no)),
            yes_no(self.is_equal),
        ]
    }
}

fn of_hundredths(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// `[{id, unit, ours, peer, peer_name, ratio, goal, met, equal}]`.
pub fn json_text(items: &[Item]) -> String {
    format!("{:#}", Value::Array(items.iter().map(Item::json).collect()))
}

/// A Markdown table, in columns of even width.
pub fn table(items: &[Item]) -> String {
    let titles = ["id", "ours", "peer's", "peer", "times", "goal", "met", "equal"].map(str::to_owned);
    let rows: Vec<[String; 8]> = std::iter::once(titles).chain(items.iter().map(Item::columns)).collect();
    let widths: [usize; 8] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    let rule = format!("|{}", widths.map(|width| format!("{}|", "-".repeat(width + 2))).concat());
    let mut lines: Vec<String> = rows.iter().map(|row| padded(row, &widths)).collect();
    lines.insert(1, rule);
    lines.join("\n")
}

fn padded(row: &[String; 8], widths: &[usize; 8]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("| {cell:<width$} "));
    format!("{}|", cells.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(ours: u64, peer: u64, goal: Goal) -> Item {
        let rival = Some(Rival { name: "peer 1".to_owned(), value: peer });
        Item { id: "x", unit: "us", ours, rival, goal, is_equal: true }
    }

    #[test]
    fn a_goal_is_met_from_its_ratio_on() {
        assert_eq!(item(10, 250, Goal::Faster(25)).is_met(), Some(true));
        assert_eq!(item(1_000, 24_999, Goal::Faster(25)).is_met(), Some(false));
        assert_eq!(item(5, 0, Goal::AtMost(5)).is_met(), Some(true));
        assert_eq!(item(6, 0, Goal::AtMost(5)).is_met(), Some(false));
        assert_eq!(item(6, 0, Goal::Open).is_met(), None);
    }

    #[test]
    fn of_rates_the_greater_is_the_faster() {
        assert_eq!(item(299, 100, Goal::RateHundredths(300)).is_met(), Some(false));
        assert_eq!(item(300, 100, Goal::RateHundredths(300)).is_met(), Some(true));
        assert_eq!(item(90, 100, Goal::RateHundredths(90)).ratio().unwrap(), "0.90");
        assert_eq!(item(90, 100, Goal::OpenRate).ratio().unwrap(), "0.90");
        assert_eq!(item(90, 100, Goal::OpenRate).is_met(), None);
        assert_eq!(item(5, 0, Goal::AtLeast(5)).is_met(), Some(true));
        assert_eq!(item(4, 0, Goal::AtLeast(5)).is_met(), Some(false));
    }

    #[test]
    fn a_ratio_is_cut_and_never_rounded_up() {
        assert_eq!(item(3, 200, Goal::Open).ratio().unwrap(), "66.66");
        assert_eq!(item(0, 200, Goal::Open).ratio(), None);
    }

    #[test]
    fn json_has_every_key_even_without_a_peer() {
        let alone = Item { rival: None, ..item(7, 0, Goal::AtMost(9)) };
        let json = alone.json();
        assert_eq!(json["ours"], 7);
        assert_eq!(json["goal"], "<= 9 us");
        assert_eq!(
            (&json["peer"], &json["peer_name"], &json["ratio"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        assert_eq!(json["equal"], true);
    }

    #[test]
    fn all_lines_of_the_table_are_of_one_length() {
        let text = table(&[item(1, 2, Goal::Open), item(123_456, 2, Goal::Faster(1))]);
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths.len(), 4);
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
