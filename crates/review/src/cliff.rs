//! Cliffs: neighbouring values that pay very different amounts.

use quantity::Ratio;

use crate::domain::Kind;
use crate::money::Money;
use crate::report::{Finding, Report};
use crate::show::{both, value_of};
use crate::sweep::{Paid, Try};
use crate::witness::{apart, driver_name, scale, short_of, worth};

/// Jumps below a thousandth of the base are no cliffs.
const CLIFF_LEAST: i128 = 1000;

impl Money<'_, '_, '_> {
    /// Neighbouring values that pay very different amounts where a formula meets its neighbour.
    pub(crate) fn cliffs(&self, report: &mut Report) {
        let scale = scale(self.bench, self.item);
        let paid = self.paid();
        let worths: Vec<Option<Ratio>> = paid.iter().map(|it| it.and_then(Paid::worth)).collect();
        for at in 1..self.tries.len() {
            let around: Option<Vec<Ratio>> = [at.checked_sub(2), Some(at - 1), Some(at), Some(at + 1)]
                .into_iter()
                .map(|it| worths.get(it?).cloned().flatten())
                .collect();
            let Some([before, left, right, after]) = around.as_deref() else { continue };
            if !self.close(at) {
                continue;
            }
            let (slope_left, slope_right, jump) =
                (apart(before, left), apart(right, after), apart(left, right));
            let share = jump.div(&scale).unwrap_or(Ratio::ZERO);
            let steady = share.mul(&Ratio::int(CLIFF_LEAST)).is_ok_and(|it| it <= Ratio::ONE);
            let slope = slope_left.clone().max(slope_right.clone());
            let gradual = slope.mul(&Ratio::int(4)).is_ok_and(|it| jump <= it);
            if steady || gradual {
                continue;
            }
            let begins = self.tries.get(at - 1).is_some_and(|it| !it.live())
                || self.tries.get(at).is_some_and(|it| !it.live());
            let sloped = !slope_left.is_zero() || !slope_right.is_zero();
            let torn = sloped && !begins;
            let half = share.add(&share).is_ok_and(|it| it >= Ratio::ONE);
            if torn || half {
                self.cliff(at, torn, report);
            }
        }
    }

    /// Whether the points around `at` stand close enough to each other to speak of one place.
    fn close(&self, at: usize) -> bool {
        let value = |at: usize| self.tries.get(at).map(|it| &it.at);
        let (Some(domain), Some(left), Some(right)) = (&self.bench.domain, value(at - 1), value(at)) else {
            return false;
        };
        let near = domain.until.div(&Ratio::int(50_000)).unwrap_or(Ratio::ZERO);
        domain.kind != Kind::Count && apart(left, right) <= near
    }

    fn cliff(&self, at: usize, torn: bool, report: &mut Report) {
        let (Some(left), Some(right)) = (self.tries.get(at - 1), self.tries.get(at)) else { return };
        let Some(domain) = &self.bench.domain else { return };
        let pays = |it: &Try| it.of(self.id).and_then(Paid::worth).map(|it| worth(self.bench, self.id, &it));
        let (Some(left_pays), Some(right_pays)) = (pays(left), pays(right)) else { return };
        let edge = if short_of(left) <= short_of(right) { left } else { right };
        let (below, above) = (value_of(domain, &left.at), value_of(domain, &right.at));
        let name = &self.item.name;
        let (driver, edge) = (driver_name(self.bench), value_of(domain, &edge.at));
        let message = both(
            format!(
                "`{name}` jumps at {driver} = {edge}: {} below, {} above{}",
                left_pays.en,
                right_pays.en,
                self.aside().en
            ),
            format!(
                "`{name}` 在 {driver} = {edge} 处跳变：低侧为 {}，高侧为 {}{}",
                left_pays.zh,
                right_pays.zh,
                self.aside().zh
            ),
        );
        let note = both(
            format!("{driver} = {below} pays {}; {driver} = {above} pays {}", left_pays.en, right_pays.en),
            format!(
                "{driver} = {below} 时支付 {}；{driver} = {above} 时支付 {}",
                left_pays.zh, right_pays.zh
            ),
        );
        let help = both(
            "let neighbouring rows meet, or confirm that the step is meant",
            "请使相邻两档衔接，或确认该跳变是有意的",
        );
        let finding =
            Finding::warning("R0404", self.item.span, message, help).weighed(torn && self.serious());
        report.add(finding, vec![self.bench.scenario.case(note)]);
    }
}
