//! A component's state as a small picture, to stand in other pages.

use platform::Failure;
use platform::status::{Board, State};

use super::{component, name, state};
use crate::view::View;

/// Tenths of a unit that a character is wide: Chinese ones are twice as wide.
const WIDE: usize = 120;
const NARROW: usize = 66;
const PADDING: usize = 8;

pub(super) fn of_component(view: &View<'_, '_>, board: &Board) -> Result<String, Failure> {
    let asked = view.id("component");
    let id = asked.strip_suffix(".svg").unwrap_or(asked);
    let it = component(board, id)?;
    let now = it.state(board.now);
    let colour = match now {
        State::Up => "#2e7d4f",
        State::Maintained => "#33589c",
        State::PartDown => "#8a5a12",
        State::Down => "#a5332b",
    };
    Ok(drawn(&name(view.w, it), state(view.w, now), colour))
}

fn width(text: &str) -> usize {
    let tenths: usize = text.chars().map(|it| if it.is_ascii() { NARROW } else { WIDE }).sum();
    tenths / 10 + 2 * PADDING
}

fn drawn(name: &str, state: &str, colour: &str) -> String {
    let escaped =
        |it: &str| it.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let (left, right) = (width(name), width(state));
    let whole = left + right;
    let (name, state) = (escaped(name), escaped(state));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{name}: {state}\"><title>{name}: {state}</title>\
<clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"4\"/></clipPath><g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#3b3b40\"/><rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/></g>\
<g fill=\"#fff\" font-family=\"-apple-system,Segoe UI,Helvetica,Arial,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif\" font-size=\"12\" text-anchor=\"middle\">\
<text x=\"{}\" y=\"14\">{name}</text><text x=\"{}\" y=\"14\">{state}</text></g></svg>\n",
        left / 2,
        left + right / 2,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_the_picture() {
        let drawn = drawn("<script>\"&", "up", "#000");
        assert!(!drawn.contains("<script>") && drawn.contains("&lt;script&gt;"));
    }
}
