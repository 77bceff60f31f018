//! Two versions of one small contract: each change with its witness, and none where none is.

use review::{Change, Comparison, Effect, compare};

use crate::support::{self, rules};

const OLD: &str = "cycle calendar month
plan basic | gold
cause dns \"names\"
fact fee : event { amount: money }
fact outage : span { cause: cause? }
fact ticket : request {}
level uptime = 1 - length(outage - excluded) / length(cycle)
promise availability: uptime >= by plan { basic: 99%, gold: 99.9% }
duty answers: count(ticket lasting > 1 h) = 0
remedy credit : service_credit
  when availability breached
  pays ladder uptime {
    >= 95%: 10%
    < 95%: 30%
  } of sum(amount of fee)
  at most sum(amount of fee)
claim credit
  opens cycle.until
  closes cycle.until + 30 days
right leave when availability breached in 3 of last 12 cycles";

/// The comparison of `OLD` with itself after these replacements.
fn changed(replacements: &[(&str, &str)]) -> Comparison {
    let mut new = OLD.to_owned();
    for (from, to) in replacements {
        assert!(new.contains(from), "{from}");
        new = new.replace(from, to);
    }
    compare(&rules(OLD), &rules(&new))
}

fn only(comparison: &Comparison, effect: Effect) -> &Change {
    let found: Vec<&Change> = comparison.changes.iter().filter(|it| it.effect == effect).collect();
    let [one] = found.as_slice() else { panic!("expected one {effect:?}, found {found:#?}") };
    one
}

#[test]
fn a_version_is_no_worse_than_itself() {
    let same = changed(&[]);
    assert_eq!(same.changes, Vec::new());
    assert!(!same.materially_worse);
}

#[test]
fn layout_and_comments_are_no_change() {
    let same =
        changed(&[(">= 95%: 10%", ">=  95% :  10%   -- as before"), ("uptime = 1 - ", "uptime =\n  1 - ")]);
    assert_eq!(same.changes, Vec::new());
}

#[test]
fn a_lower_credit_is_worse_with_level_plan_and_both_amounts() {
    let less = changed(&[(">= 95%: 10%", ">= 95%: 5%")]);
    let change = only(&less, Effect::Worse);
    assert!(less.materially_worse);
    assert_eq!(change.aspect.word(), "pays");
    let witness = change.witness.as_ref().unwrap();
    assert_eq!((witness.variable.as_str(), witness.value.as_str()), ("uptime", "98%"));
    assert_eq!(
        (witness.old.en.as_str(), witness.new.en.as_str()),
        ("10% of sum(amount of fee)", "5% of sum(amount of fee)")
    );
    assert_eq!(witness.given, [("plan".to_owned(), "basic".to_owned())]);
}

#[test]
fn a_higher_credit_is_better_and_not_materially_worse() {
    let more = changed(&[("< 95%: 30%", "< 95%: 40%")]);
    assert_eq!(only(&more, Effect::Better).aspect.word(), "pays");
    assert!(!more.materially_worse);
}

#[test]
fn a_lower_cap_is_worse_only_where_it_bites() {
    let capped = changed(&[("at most sum(amount of fee)", "at most 20% * sum(amount of fee)")]);
    let witness = only(&capped, Effect::Worse).witness.clone().unwrap();
    assert_eq!(
        (witness.old.en.as_str(), witness.new.en.as_str()),
        ("30% of sum(amount of fee)", "20% of sum(amount of fee)")
    );
}

#[test]
fn a_lower_target_promises_less_and_pays_less() {
    let less = changed(&[("gold: 99.9%", "gold: 99.5%")]);
    let told: Vec<(&str, &str)> =
        less.changes.iter().map(|it| (it.effect.word(), it.aspect.word())).collect();
    assert_eq!(told, [("worse", "pays"), ("worse", "promises")]);
    let promise = less.changes.last().unwrap().witness.as_ref().unwrap();
    assert_eq!(
        (promise.value.as_str(), promise.old.en.as_str(), promise.new.en.as_str()),
        ("99.8%", "broken", "kept")
    );
}

#[test]
fn an_excused_cause_is_worse_and_shown_by_an_outage() {
    let less = changed(&[("cause dns \"names\"", "cause dns \"names\" excluded")]);
    let aspects: Vec<&str> =
        less.changes.iter().filter(|it| it.effect == Effect::Worse).map(|it| it.aspect.word()).collect();
    assert_eq!(aspects, ["pays", "promises", "excludes"]);
    let pays = less.changes.first().unwrap().witness.as_ref().unwrap();
    assert_eq!(pays.variable, "length of each of 40 × outage { cause: dns }");
}

#[test]
fn a_longer_minimum_outage_is_shown_by_many_short_ones() {
    let less = changed(&[("length(outage - excluded)", "length((outage lasting >= 15 min) - excluded)")]);
    let worse = less.changes.iter().find(|it| it.effect == Effect::Worse).unwrap().witness.clone().unwrap();
    assert_eq!(worse.variable, "length of each of 40 × outage { cause: dns }");
    assert_eq!(worse.value, "14 min 59 s");
}

#[test]
fn a_slower_answer_is_shown_by_a_request() {
    let less = changed(&[("lasting > 1 h", "lasting > 2 h")]);
    let change = only(&less, Effect::Worse);
    assert_eq!(change.name, "answers");
    assert!(
        change.message.en.contains("length of ticket = 1 h 1 s, broken before, kept now"),
        "{}",
        change.message.en
    );
}

#[test]
fn a_shorter_claim_is_worse_and_a_longer_one_better() {
    let short = changed(&[("closes cycle.until + 30 days", "closes cycle.until + 20 days")]);
    assert_eq!(only(&short, Effect::Worse).aspect.word(), "claims");
    let long = changed(&[("closes cycle.until + 30 days", "closes cycle.until + 40 days")]);
    assert!(!long.materially_worse);
    let paper = changed(&[(
        "closes cycle.until + 30 days",
        "closes cycle.until + 30 days\n  requires \"an invoice\"",
    )]);
    assert!(only(&paper, Effect::Worse).message.en.contains("an invoice"));
}

#[test]
fn plans_rights_promises_and_remedies_that_go_are_worse() {
    let fewer = changed(&[("basic | gold", "gold"), ("{ basic: 99%, gold: 99.9% }", "{ gold: 99.9% }")]);
    assert_eq!(only(&fewer, Effect::Worse).name, "basic");
    let right = changed(&[("\nright leave when availability breached in 3 of last 12 cycles", "")]);
    assert_eq!(only(&right, Effect::Worse).name, "leave");
    let discretion = changed(&[(
        "  pays ladder uptime {\n    >= 95%: 10%\n    < 95%: 30%\n  } of sum(amount of fee)\n  at most sum(amount of fee)\n",
        "  discretionary \"as we see fit\"\n",
    )]);
    assert!(
        discretion
            .changes
            .iter()
            .any(|it| it.effect == Effect::Worse && it.message.en.contains("left to discretion now"))
    );
}

#[test]
fn rounding_down_is_worse_with_the_tie_as_witness() {
    let text = |how: &str| {
        format!(
            "---\nid: sample\nversion: \"1\"\nzone: Asia/Shanghai\ncurrency: CNY\nrounding: {how}\n---\n\n# Sample\n\n```sla\ngaps count as up\n{OLD}\n```\n"
        )
    };
    let (up, down) = (support::named("up.md", &text("half_up")), support::named("down.md", &text("down")));
    let worse = compare(&up, &down);
    assert_eq!(
        only(&worse, Effect::Worse).message.en,
        "amounts round down instead of half_up: 10.005 CNY became 10.01 CNY, becomes 10.00 CNY"
    );
    assert!(!compare(&down, &up).materially_worse);
}

#[test]
fn another_cycle_is_different_and_left_to_a_person() {
    let other = changed(&[("cycle calendar month", "cycle calendar quarter")]);
    assert!(other.changes.iter().any(|it| it.effect == Effect::Different && it.aspect.word() == "cycle"));
}

#[test]
fn what_is_worse_forwards_is_better_backwards() {
    let new = OLD.replace(">= 95%: 10%", ">= 95%: 5%");
    let (forwards, backwards) = (compare(&rules(OLD), &rules(&new)), compare(&rules(&new), &rules(OLD)));
    assert!(forwards.materially_worse && !backwards.materially_worse);
    assert_eq!(forwards.changes.len(), backwards.changes.len());
}

#[test]
fn a_cap_over_several_cycles_is_worse_once_the_same_happened_before() {
    let cap = "  at most sum(amount of fee)\nclaim";
    let rolling = "  at most sum(amount of fee) - paid(credit) over last 12 cycles\nclaim";
    let new = changed(&[(cap, rolling)]);
    assert!(new.materially_worse);
    let change = only(&new, Effect::Worse);
    assert_eq!(change.name, "credit");
    let witness = change.witness.as_ref().unwrap();
    assert!(witness.variable.ends_with("as in each of the 11 cycles before"), "{witness:?}");
    let back = compare(&rules(&OLD.replace(cap, rolling)), &rules(OLD));
    assert!(!back.materially_worse);
    assert_eq!(only(&back, Effect::Better).name, "credit");
}
