//! A level as a bar beside its target, on a scale that shows the distance between them.

use diagnostic::Lang;
use language::contract::Compare;
use quantity::{Quantity, Ratio, Rounding};

use super::markup::{Markup, both, el, element};
use crate::figure;

/// Where the level, its target and its value without exclusions lie on a scale.
pub(super) struct Bar<'a> {
    pub(super) value: Option<&'a Quantity>,
    pub(super) compare: Compare,
    pub(super) target: &'a Quantity,
    pub(super) without_exclusions: Option<&'a Quantity>,
    pub(super) percent: bool,
}

/// A scale in the unit of the target.
#[derive(Debug, PartialEq, Eq)]
struct Scale {
    from: Ratio,
    until: Ratio,
}

/// Width the scale is drawn on.
const WIDTH: i128 = 1000;
/// Width a miss has at least.
const MISS_WIDTH: i128 = 12;

impl Bar<'_> {
    /// The drawing with its scale under it; nothing when the numbers have no place on one scale.
    pub(super) fn draw(&self) -> Option<Markup> {
        let value = self.comparable(self.value);
        let scale = if self.percent && self.wants_more() {
            Scale::below_all(value, &self.target.value)
        } else {
            Scale::from_zero(value, &self.target.value, self.target.unit.is_none())
        }?;
        let target_at = scale.place(&self.target.value)?;
        let value_at = value.and_then(|value| scale.place(value));
        let without = self.comparable(self.without_exclusions).filter(|value| scale.holds(value));
        let without_at = without.and_then(|value| scale.place(value));
        let mut shapes = vec![rectangle("track", "0", &WIDTH.to_string(), 8, 12)];
        match &value_at {
            Some(value_at) => shapes.extend(fill(value_at, &target_at, self.keeps())),
            None => shapes = vec![rectangle("absent", "0", &WIDTH.to_string(), 8, 12)],
        }
        shapes.extend(without_at.map(|at| tick("without", &at, 6, 16)));
        shapes.push(tick("target", &target_at, 2, 24));
        Some(el("div", "bar", [drawing(shapes), self.labels(&scale, &target_at)]))
    }

    fn labels(&self, scale: &Scale, target_at: &Ratio) -> Markup {
        let text = |value: &Ratio| both(|lang| self.label(value, lang));
        let hundredths = target_at.div(&Ratio::int(WIDTH / 100)).unwrap_or(Ratio::ZERO);
        let left = format!("{}%", hundredths.decimal(2, Rounding::HalfEven));
        // A place within a drawing, for pages whose policy allows no style but their sheet's.
        let at = |class: &str, lang: &str, said: &str| {
            let place =
                [("class", class), ("lang", lang), ("x", &*left), ("y", "1em"), ("text-anchor", "middle")];
            element("text", &place, [Markup::text(said)])
        };
        let (en, zh) = (self.label(&self.target.value, Lang::En), self.label(&self.target.value, Lang::Zh));
        let target = match en == zh {
            true => at("", "", &en),
            false => Markup::all([at("en", "en", &en), at("zh", "zh-Hans", &zh)]),
        };
        let target = element("svg", &[("class", "at")], [target]);
        let plain = self.target.unit.is_none();
        let from = if plain { text(&scale.from) } else { Markup::text("0") };
        let until = if plain { text(&scale.until) } else { Markup::default() };
        // An end beside the target's label gives way to it.
        let from = if *target_at < Ratio::int(WIDTH / 5) { Markup::default() } else { from };
        let until = if *target_at > Ratio::int(WIDTH * 39 / 50) { Markup::default() } else { until };
        let (from, until) = (el("span", "from", [from]), el("span", "until", [until]));
        element("div", &[("class", "scale"), ("aria-hidden", "true")], [from, target, until])
    }

    fn label(&self, value: &Ratio, lang: Lang) -> String {
        match (self.percent, value.mul(&Ratio::int(100))) {
            (true, Ok(hundredfold)) => format!("{}%", hundredfold.show()),
            _ => figure::quantity(&Quantity { value: value.clone(), unit: self.target.unit.clone() }, lang),
        }
    }

    /// Whether the promise is kept by more rather than by less.
    fn wants_more(&self) -> bool {
        matches!(self.compare, Compare::AtLeast | Compare::More)
    }

    fn keeps(&self) -> bool {
        let order = self.value.and_then(|value| value.cmp(self.target).ok());
        order.is_some_and(|order| self.compare.holds(order))
    }

    fn comparable<'b>(&self, value: Option<&'b Quantity>) -> Option<&'b Ratio> {
        value.filter(|value| value.unit == self.target.unit).map(|value| &value.value)
    }
}

impl Scale {
    /// Of shares near the whole: up to 100 %, the target about three quarters along.
    fn below_all(value: Option<&Ratio>, target: &Ratio) -> Option<Scale> {
        let short = |share: &Ratio| Ratio::ONE.sub(share).ok().filter(Ratio::is_positive);
        let for_target = short(target).and_then(|it| it.mul(&Ratio::int(4)).ok());
        let for_value = value.and_then(short).and_then(|it| it.mul(&Ratio::new(10, 9).ok()?).ok());
        let Some(needed) = for_target.max(for_value) else {
            return Some(Scale { from: Ratio::ZERO, until: Ratio::ONE });
        };
        let shown = nice_at_least(&needed)?;
        let is_share = value.is_none_or(|value| !value.is_negative());
        let shown = if is_share { shown.min(Ratio::ONE) } else { shown };
        Some(Scale { from: Ratio::ONE.sub(&shown).ok()?, until: Ratio::ONE })
    }

    /// From zero to a little beyond the greater of the two.
    fn from_zero(value: Option<&Ratio>, target: &Ratio, nice: bool) -> Option<Scale> {
        let beyond = |value: &Ratio, num, den| value.mul(&Ratio::new(num, den).ok()?).ok();
        let needed = beyond(target, 4, 3).max(value.and_then(|value| beyond(value, 10, 9)))?;
        let needed = Some(needed).filter(Ratio::is_positive)?;
        let until = if nice { nice_at_least(&needed)? } else { needed };
        Some(Scale { from: Ratio::ZERO, until })
    }

    fn holds(&self, value: &Ratio) -> bool {
        self.from <= *value && *value <= self.until
    }

    /// The place of a value, from 0 to [`WIDTH`]; values beyond an end lie on it.
    fn place(&self, value: &Ratio) -> Option<Ratio> {
        let length = self.until.sub(&self.from).ok()?;
        let along = value.sub(&self.from).ok()?.div(&length).ok()?;
        along.mul(&Ratio::int(WIDTH)).ok().map(|at| at.clamp(Ratio::ZERO, Ratio::int(WIDTH)))
    }
}

/// The least of 1, 2, 4 and 5 times a power of ten that is not below `value`; `None` when out of all measure.
fn nice_at_least(value: &Ratio) -> Option<Ratio> {
    let step = |exponent: i32| {
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        if exponent < 0 { Ratio::new(1, power).ok() } else { Some(Ratio::int(power)) }
    };
    let steps =
        (-12..18).filter_map(step).flat_map(|step| [1, 2, 4, 5].map(|times| step.mul(&Ratio::int(times))));
    steps.flatten().find(|nice| nice >= value)
}

/// The level up to the target, and what is missing or to spare; a miss is wide enough to be seen.
fn fill(value_at: &Ratio, target_at: &Ratio, keeps: bool) -> Vec<Markup> {
    let (near, far) = (value_at.min(target_at), value_at.max(target_at));
    let (between, width) = if keeps { ("spare", Ratio::ZERO) } else { ("miss", Ratio::int(MISS_WIDTH)) };
    let middle = if value_at < target_at {
        near.min(&far.sub(&width).unwrap_or(Ratio::ZERO)).clone()
    } else {
        near.clone()
    };
    let end = far.max(&middle.add(&width).unwrap_or(Ratio::ZERO)).clone();
    vec![span("fill", &Ratio::ZERO, &middle), span(between, &middle, &end)]
}

fn drawing(shapes: Vec<Markup>) -> Markup {
    let view_box = format!("0 0 {WIDTH} 28");
    let attributes = [("viewBox", &*view_box), ("preserveAspectRatio", "none"), ("aria-hidden", "true")];
    element("svg", &attributes, shapes)
}

fn span(class: &str, from: &Ratio, until: &Ratio) -> Markup {
    let width = until.sub(from).unwrap_or(Ratio::ZERO);
    rectangle(class, &coordinate(from), &coordinate(&width), 8, 12)
}

fn tick(class: &str, at: &Ratio, top: u32, height: u32) -> Markup {
    let left = at.min(&Ratio::int(WIDTH - 4)).clone();
    rectangle(class, &coordinate(&left), "4", top, height)
}

fn rectangle(class: &str, x: &str, width: &str, y: u32, height: u32) -> Markup {
    let (y, height) = (y.to_string(), height.to_string());
    element("rect", &[("class", class), ("x", x), ("y", &y), ("width", width), ("height", &height)], [])
}

fn coordinate(at: &Ratio) -> String {
    at.decimal(2, Rounding::HalfEven)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_fraction(text).unwrap()
    }

    #[test]
    fn scale_ends_are_round_numbers_that_hold_what_is_shown() {
        for (value, nice) in [
            ("1/50", "1/50"),
            ("21/1000", "1/25"),
            ("41/1000", "1/20"),
            ("3", "4"),
            ("1", "1"),
            ("501", "1000"),
        ] {
            assert_eq!(nice_at_least(&ratio(value)), Some(ratio(nice)), "{value}");
        }
    }

    #[test]
    fn a_target_near_the_whole_lies_well_inside_the_scale() {
        let scale = Scale::below_all(Some(&ratio("994/1000")), &ratio("995/1000")).unwrap();
        assert_eq!(scale, Scale { from: ratio("49/50"), until: Ratio::ONE });
        assert_eq!(scale.place(&ratio("995/1000")), Some(Ratio::int(750)));
    }

    #[test]
    fn a_level_far_below_is_still_on_the_scale() {
        let scale = Scale::below_all(Some(&ratio("1/3")), &ratio("999/1000")).unwrap();
        assert_eq!(scale, Scale { from: Ratio::ZERO, until: Ratio::ONE });
        let negative = Scale::below_all(Some(&ratio("-1/2")), &ratio("999/1000")).unwrap();
        assert!(negative.from <= ratio("-1/2"));
    }

    #[test]
    fn where_nothing_is_missing_the_scale_is_the_whole() {
        let whole = Scale { from: Ratio::ZERO, until: Ratio::ONE };
        assert_eq!(Scale::below_all(Some(&Ratio::ONE), &Ratio::ONE), Some(whole));
        assert_eq!(Scale::from_zero(Some(&Ratio::ZERO), &Ratio::ZERO, true), None);
    }

    #[test]
    fn what_lies_beyond_an_end_is_drawn_on_it() {
        let scale = Scale { from: Ratio::ZERO, until: Ratio::ONE };
        assert_eq!(scale.place(&ratio("-1")), Some(Ratio::ZERO));
        assert_eq!(scale.place(&ratio("2")), Some(Ratio::int(WIDTH)));
    }
}
