//! Charts as SVG, drawn here from typed values: sharp on paper, coloured by the style sheet, readable without scripts.
//!
//! Coordinates are whole thousandths of the width. A chart never stands alone: its title says what it shows, and a table or
//! a list beside it has the figures.

mod bars;
mod burn;
mod heat;
mod spark;
mod stacks;
mod strip;
mod timeline;
mod waterfall;

use std::fmt;

use ::timeline::{Instant, Interval};

pub(crate) use bars::{Bars, Day};
pub(crate) use burn::Burn;
pub(crate) use heat::{Cell, Heat};
pub(crate) use spark::Spark;
pub(crate) use stacks::{Column, Stacks};
pub(crate) use strip::{Bit, Strip};
pub(crate) use timeline::{Lane, Piece, Timeline};
pub(crate) use waterfall::{Fall, Waterfall};

/// A drawing, safe to stand in a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Svg(String);

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Svg {
    /// A square of modules, the dark ones in one path.
    pub(crate) fn square(class: &str, side: usize, title: &str, path: &str) -> Self {
        Self(format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\" shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>",
            escaped(title)
        ))
    }
}

// Every text in it went through `escaped`.
impl askama::filters::HtmlSafe for Svg {}

/// Width of every drawing.
const WIDTH: i64 = 1000;

/// Where `at` lies between two instants, in thousandths, at the nearest end when it lies outside.
fn place(at: Instant, within: Interval) -> i64 {
    let length = within.until().nanos_since(within.from()).max(1);
    let part = at.nanos_since(within.from()).clamp(0, length);
    i64::try_from(part * i128::from(WIDTH) / length).unwrap_or(0)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A drawing of a height, with its title for those who cannot see it.
fn drawing(class: &str, height: i64, title: &str, inner: &str) -> Svg {
    Svg(format!(
        "<svg class=\"chart {class}\" viewBox=\"0 0 {WIDTH} {height}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">{inner}</svg>",
        escaped(title)
    ))
}

/// A box with its own title.
fn block(class: &str, (x, y): (i64, i64), (width, height): (i64, i64), title: &str) -> String {
    let title = if title.is_empty() { String::new() } else { format!("<title>{}</title>", escaped(title)) };
    format!(
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{height}\">{title}</rect>",
        width.max(1)
    )
}

#[cfg(test)]
mod tests {
    use quantity::Ratio;

    use super::*;
    use crate::tone::Tone;

    #[test]
    fn a_title_cannot_break_out_of_a_drawing() {
        let day = Day { tone: Tone::Bad, title: "</title><script>\"x\"&".to_owned() };
        let drawn = Bars { title: "\" onload=\"x".to_owned(), days: vec![day] }.draw().to_string();
        assert!(!drawn.contains("<script") && !drawn.contains("\" onload"), "{drawn}");
    }

    #[test]
    fn a_budget_that_is_used_up_is_drawn_beyond_its_end() {
        let ratio = |num, den| Ratio::new(num, den).unwrap();
        let burn = |used| {
            Burn { title: "t".to_owned(), used, forecast: None, elapsed: ratio(1, 2) }.draw().to_string()
        };
        assert!(burn(ratio(1, 2)).contains("class=\"used\" x=\"0\" y=\"6\" width=\"400\""));
        assert!(burn(ratio(9, 8)).contains("class=\"used bad\" x=\"0\" y=\"6\" width=\"900\""));
        assert!(burn(ratio(50, 1)).contains("class=\"used bad\" x=\"0\" y=\"6\" width=\"1000\""));
        assert!(!burn(Ratio::ZERO).contains("used"));
    }

    #[test]
    fn days_differ_in_shape_as_well_as_in_colour() {
        let height = |tone| {
            let drawn = Bars { title: String::new(), days: vec![Day { tone, title: String::new() }] }.draw();
            drawn.to_string().rsplit_once("height=\"").unwrap().1.split('"').next().unwrap().to_owned()
        };
        assert_eq!(
            (height(Tone::Good), height(Tone::Pending), height(Tone::Nothing)),
            ("40".into(), "26".into(), "6".into())
        );
    }

    #[test]
    fn what_happens_outside_the_window_is_drawn_at_its_edge() {
        let at = |hour: i64| Instant::from_nanos(hour * 3_600_000_000_000);
        let within = Interval::new(at(10), at(20)).unwrap();
        assert_eq!([5, 10, 15, 20, 30].map(|hour| place(at(hour), within)), [0, 0, 500, 1000, 1000]);
    }
}
