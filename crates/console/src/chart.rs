//! Charts as SVG, drawn here from typed values: sharp on paper, coloured by the style sheet, readable without scripts.
//!
//! Coordinates are whole thousandths of the width. A chart never stands alone: its title says what it shows, and a table or
//! a list beside it has the figures.

mod bars;
mod burn;
mod spark;
mod timeline;
mod waterfall;

use std::fmt;

use ::timeline::{Instant, Interval};

pub(crate) use bars::{Bars, Day};
pub(crate) use burn::Burn;
pub(crate) use spark::Spark;
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
