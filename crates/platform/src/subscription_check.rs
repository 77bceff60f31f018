//! What a subscription must be like: its id, its term, and terms that fit the contract. Pure.

use calendar::{Period, Zone, cycle_at};
use language::Contract;
use settle::Inputs;
use settle::settlement::CycleSpan;
use timeline::{Instant, Interval};

use crate::refusal::Refusal;
use crate::subscriptions::Renewal;
use crate::terms::Parameters;

/// Most months of one automatic renewal.
const MONTHS_MAX: u32 = 120;
/// Most parameters, and most characters of each.
const PARAMETERS_MAX: usize = 100;
const PARAMETER_CHARS_MAX: usize = 1_000;

/// The id, when it is one.
pub(crate) fn id(id: &str) -> Result<&str, Refusal> {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
    if (1..=63).contains(&id.len()) && id.bytes().all(fits) {
        return Ok(id);
    }
    Err(Refusal::invalid(
        format!("id `{id}`: choose 1 to 63 lower-case letters, digits, hyphens and underscores"),
        format!("id `{id}`：请使用 1 至 63 个小写字母、数字、连字符或下划线"),
    ))
}

/// Refused when the term ends before it begins, or is renewed without an end.
pub(crate) fn term(since: Instant, until: Option<Instant>, renewal: Renewal) -> Result<(), Refusal> {
    if until.is_some_and(|it| it <= since) {
        return Err(Refusal::invalid("until: must lie after since", "until：须晚于 since"));
    }
    match renewal {
        Renewal::Automatic { .. } if until.is_none() => Err(Refusal::invalid(
            "renewal: without `until` there is nothing to renew; give the end of the first term",
            "renewal：没有 `until` 则无可续订；请给出首期截止时间",
        )),
        Renewal::Automatic { months } if !(1..=MONTHS_MAX).contains(&months) => Err(Refusal::invalid(
            format!("renewal.months: 1 to {MONTHS_MAX}"),
            format!("renewal.months：1 至 {MONTHS_MAX}"),
        )),
        _ => Ok(()),
    }
}

/// Refused, with everything that is wrong, when plan or parameters do not fit the contract.
pub(crate) fn terms(
    contract: &Contract,
    plan: Option<&str>,
    parameters: &Parameters,
    since: Instant,
) -> Result<(), Refusal> {
    let long =
        |(name, value): (&String, &String)| name.len().max(value.chars().count()) > PARAMETER_CHARS_MAX;
    if parameters.len() > PARAMETERS_MAX || parameters.iter().any(long) {
        return Err(Refusal::invalid(
            format!("parameters: at most {PARAMETERS_MAX}, each of at most {PARAMETER_CHARS_MAX} characters"),
            format!("parameters：最多 {PARAMETERS_MAX} 个，每个最多 {PARAMETER_CHARS_MAX} 个字符"),
        ));
    }
    if plan.is_none() && !contract.plans.is_empty() {
        let plans = contract.plans.join(", ");
        return Err(Refusal::invalid(
            format!("plan: choose one of {plans}"),
            format!("plan：请选择 {plans}"),
        ));
    }
    let inputs = Inputs {
        plan: plan.map(str::to_owned),
        since: Some(since),
        parameters: parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        ..Inputs::default()
    };
    let values =
        settle::parameters(contract, &inputs, &first_cycle(contract, since)).map_err(Refusal::findings)?;
    for (item, value) in &values.items {
        let name = contract.item(*item).map_or("", |it| it.name.as_str());
        if let Err(absent) = value {
            return Err(Refusal::invalid(
                format!("parameters.{name}: {}", absent.reason.en),
                format!("parameters.{name}：{}", absent.reason.zh),
            ));
        }
    }
    Ok(())
}

/// The cycle the subscription begins in: parameters may speak of it.
fn first_cycle(contract: &Contract, since: Instant) -> CycleSpan {
    let found = cycle_at(&contract.cycle, &contract.zone, Some(since), since).ok();
    let whole = found.as_ref().map_or(Interval::ALL, |it| it.whole);
    CycleSpan { label: found.map_or_else(String::new, |it| it.label), counted: whole, whole }
}

/// The first of the instants `anchor`, and so many months after it once, twice, …, that lies after `over`. `None` out of
/// range.
pub(crate) fn next_end(zone: &Zone, anchor: Instant, over: Instant, months: u32) -> Option<Instant> {
    let months = i32::try_from(months).ok().filter(|it| *it > 0)?;
    for terms in 1_i32.. {
        let end = Period::add(zone, anchor, Period::months(months.checked_mul(terms)?))?;
        if end > over {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::parse_instant;

    #[test]
    fn terms_are_counted_from_the_first_end_so_that_the_last_day_of_a_month_stays_it() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let at = |text: &str| parse_instant(text).unwrap();
        let anchor = at("2026-01-31T00:00:00+08:00");
        let mut over = anchor;
        let mut ends = Vec::new();
        for _ in 0..3 {
            over = next_end(&zone, anchor, over, 1).unwrap();
            ends.push(zone.show(over));
        }
        assert_eq!(
            ends,
            ["2026-02-28T00:00:00+08:00", "2026-03-31T00:00:00+08:00", "2026-04-30T00:00:00+08:00"]
        );
        assert_eq!(next_end(&zone, anchor, anchor, 0), None);
    }

    #[test]
    fn a_term_ends_after_it_begins_and_is_renewed_only_if_it_ends() {
        let (one, two) = (Instant::from_nanos(1), Instant::from_nanos(2));
        let monthly = |months| Renewal::Automatic { months };
        assert!(term(one, None, Renewal::None).is_ok());
        assert!(term(one, Some(two), monthly(12)).is_ok());
        assert!(term(two, Some(two), Renewal::None).is_err());
        assert!(term(one, None, monthly(12)).is_err());
        assert!(term(one, Some(two), monthly(0)).is_err());
        assert!(term(one, Some(two), monthly(121)).is_err());
    }

    #[test]
    fn an_id_is_short_and_plain() {
        assert!(id("acme_hosting-1").is_ok());
        for wrong in ["", "Acme", "a b", "a/b", &"a".repeat(64)] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
    }
}
