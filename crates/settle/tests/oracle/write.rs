//! The case as it would reach the engine: a Markdown contract and NDJSON records.

use std::fmt;

use crate::model::{
    Area, Band, Case, Days, Duration, Fact, Ladder, Least, Measure, Mode, Number, Office, Pays, Predicate,
    Quorum, Record, Rounding, Rows, Share, Test,
};
use crate::place::{PLACES, date, instant};

/// A failing case is shown as the texts one would settle by hand.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}", contract(self), evidence(self), label(self))
    }
}

/// The contract's text.
pub(crate) fn contract(case: &Case) -> String {
    let money = &case.money;
    let mut text = format!(
        "---\nid: generated\nversion: \"1\"\nzone: {}\ncurrency: {}\nrounding: {}\n---\n# 1 All\n\n```sla\n{DECLARATIONS}",
        PLACES[case.place].name,
        money.currency,
        money.rounding.word()
    );
    text += &format!("{}office = {}\n", calendar(case), office(&case.office));
    if let Some(quiet) = &case.quiet {
        text += &format!("exclusion quiet : {}\n", area(quiet));
    }
    for (at, level) in case.levels.iter().enumerate() {
        text += &format!("level l{at} = {}\n", number(level));
    }
    if case.per_vm {
        text += "level vm_up per vm = machine_up\n";
    }
    text + &promise(case) + &remedy(case) + "```\n"
}

const DECLARATIONS: &str = "cycle calendar day
cause dns excluded
cause client excluded
cause power
fact outage : span { cause: cause?, n: number?, flag: truth }
fact maintenance : span { announced_at: instant? }
fact running : span {}
fact probe : event { cause: cause?, n: number?, flag: truth }
fact ticket : request { cause: cause?, n: number?, flag: truth }
fact fee : event { amount: money }
exclusion announced : maintenance where announced_at + 600 s <= from
subject vm = subjects(running)
machine_up per vm = 1 - length((outage of vm) - excluded) / length(running of vm)
monthly_fee = sum(amount of fee)
";

fn promise(case: &Case) -> String {
    let promise = &case.promise;
    let sign = if promise.strict { ">" } else { ">=" };
    let applies =
        promise.applies.map(|it| format!("\n  applies when count(probe) >= {it}")).unwrap_or_default();
    format!("promise p: l0 {sign} {}{applies}\n", percent(promise.target))
}

fn remedy(case: &Case) -> String {
    let money = &case.money;
    let amount = |it: i64| amount(it, money.currency);
    let (before, pays) = match &money.pays {
        Pays::Ladder(it) => (format!("table = {}\n", ladder(it)), "table of monthly_fee".to_owned()),
        Pays::PerHour(rate, it) => {
            (String::new(), format!("({} / 1 h) * length({})", amount(*rate), area(it)))
        }
        Pays::PerRow(rate, it) => (String::new(), format!("count({}) * {}", rows(it), amount(*rate))),
    };
    let mut text = format!("{before}remedy credit : service_credit\n  when p breached\n  pays {pays}\n");
    text += &money.cap.map(|it| format!("  at most {} * monthly_fee\n", percent(it))).unwrap_or_default();
    text += &money.least.map(|it| format!("  at least {}\n", amount(it))).unwrap_or_default();
    text += &money.unless_above.map(|it| format!("  nothing unless > {}\n", amount(it))).unwrap_or_default();
    let step = money.step.map(|(how, step)| format!("  rounded {} to {}\n", how.word(), amount(step)));
    text + &step.unwrap_or_default()
}

fn ladder(ladder: &Ladder) -> String {
    let mode = match ladder.mode {
        Mode::Unique => "",
        Mode::First => "first ",
        Mode::Greatest => "greatest ",
    };
    let mut text = format!("ladder l0 {mode}{{\n");
    for (band, result) in &ladder.rows {
        text += &format!("  {}: {}\n", self::band(*band), share(*result));
    }
    text += &ladder.otherwise.map(|it| format!("  otherwise: {}\n", share(it))).unwrap_or_default();
    text + "  }"
}

fn band(band: Band) -> String {
    match band {
        Band::From(edge, included) => format!("{} {}", if included { ">=" } else { ">" }, percent(edge)),
        Band::To(edge, included) => format!("{} {}", if included { "<=" } else { "<" }, percent(edge)),
        Band::Between(low, low_in, high, high_in) => {
            let (open, close) = (if low_in { '[' } else { '(' }, if high_in { ']' } else { ')' });
            format!("{open}{}, {}{close}", percent(low), percent(high))
        }
        Band::Exactly(edge) => format!("= {}", percent(edge)),
    }
}

fn share(share: Share) -> String {
    match share {
        Share::Flat(it) => percent(it),
        Share::Linear { from, per, times } => {
            format!("(({} - l0) / {}) * {}", percent(from), percent(per), percent(times))
        }
    }
}

/// Tenths of a percent as a percentage.
fn percent(it: i64) -> String {
    format!("{}.{}%", it / 10, it % 10)
}

fn amount(hundredths: i64, currency: &str) -> String {
    format!("{}.{:02} {currency}", hundredths / 100, hundredths % 100)
}

fn calendar(case: &Case) -> String {
    let base = PLACES[case.place].local(case.cycle.0).div_euclid(86_400);
    let mark =
        |(at, off): &(i64, bool)| format!("{}: {}", date(base + at), if *off { "off" } else { "work" });
    let marks: Vec<String> = case.office.marks.iter().map(mark).collect();
    format!("cal = holidays \"cal\" covering 2026 {{ {} }}\n", marks.join(", "))
}

fn office(office: &Office) -> String {
    let clock = |it: i64| format!("{:02}:{:02}", it / 60, it % 60);
    let times = |times: &[(i64, i64)]| {
        let ranges: Vec<String> =
            times.iter().map(|(from, until)| format!("{}..{}", clock(*from), clock(*until))).collect();
        ranges.join(", ")
    };
    if office.days == Days::Working {
        let all: Vec<(i64, i64)> = office.groups.iter().flat_map(|(_, it)| it.clone()).collect();
        return format!("hours on working days of cal {}", times(&all));
    }
    let groups = office.groups.iter().map(|(days, it)| format!("{} {}", weekdays(*days), times(it)));
    let groups = groups.collect::<Vec<_>>().join(" and ");
    let except = if office.days == Days::Except { " except holidays of cal" } else { "" };
    format!("hours {groups}{except}")
}

fn weekdays(days: Option<(u8, u8)>) -> String {
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    match days {
        None => "every day".to_owned(),
        Some((first, last)) if first == last => NAMES[usize::from(first)].to_owned(),
        Some((first, last)) => format!("{}..{}", NAMES[usize::from(first)], NAMES[usize::from(last)]),
    }
}

fn area(it: &Area) -> String {
    match it {
        Area::Rows(it) => rows(it),
        Area::Lasting(inner, least) => format!("(({} or {}) {})", area(inner), area(inner), lasting(*least)),
        Area::Or(a, b) => format!("({} or {})", area(a), area(b)),
        Area::And(a, b) => format!("({} and {})", area(a), area(b)),
        Area::Minus(a, b) => format!("({} - {})", area(a), area(b)),
        Area::Not(a) => format!("(not {})", area(a)),
        Area::Excluding(a) => format!("({} - excluded)", area(a)),
        Area::Office => "office".to_owned(),
        Area::Machines(quorum, it) => {
            let quorum = match quorum {
                Quorum::Any => "for any".to_owned(),
                Quorum::All => "for all".to_owned(),
                Quorum::AtLeast(least) => format!("at least {least} of"),
            };
            format!("({quorum} v in vm: {} of v)", rows(it))
        }
        Area::Slices(step, it) => format!("(slices {step} s of cycle where ({}))", test(it)),
        Area::Streak(least, it) => format!("streak({least}, {} of probe)", predicate(it)),
        Area::Held(it) => format!("held({} of probe)", predicate(it)),
        Area::Stacked(it, least) => format!("(stack({}) >= {least})", rows(it)),
    }
}

fn lasting(least: Least) -> String {
    format!("lasting {} {} s", if least.strict { ">" } else { ">=" }, least.seconds)
}

fn rows(it: &Rows) -> String {
    match it {
        Rows::Fact(it) => fact(*it).to_owned(),
        Rows::Where(inner, it) => format!("({} where {})", rows(inner), predicate(it)),
        Rows::Lasting(inner, least) => format!("({} {})", rows(inner), lasting(*least)),
        Rows::Of(inner, name) => format!("({} of \"{name}\")", rows(inner)),
        Rows::DistinctBySubject(inner) => format!("({} distinct by (subject))", rows(inner)),
        Rows::Ranked(inner, rank) => {
            let word = if rank.descending { "descending" } else { "ascending" };
            let first = format!("first({}, {} ordered by full_length {word})", rank.count, rows(inner));
            if rank.others { format!("({} except {first})", rows(inner)) } else { first }
        }
        Rows::Excluding(inner) => format!("({} - excluded)", rows(inner)),
    }
}

fn fact(it: Fact) -> &'static str {
    match it {
        Fact::Outage => "outage",
        Fact::Maintenance => "maintenance",
        Fact::Running => "running",
        Fact::Probe => "probe",
        Fact::Ticket => "ticket",
        Fact::Fee => "fee",
    }
}

fn predicate(it: &Predicate) -> String {
    match it {
        Predicate::CauseIs(it) => format!("(cause = {})", it.word()),
        Predicate::CauseIsNot(it) => format!("(cause != {})", it.word()),
        Predicate::CauseIn(a, b) => format!("(cause in ({}, {}))", a.word(), b.word()),
        Predicate::AtLeast(it) => format!("(n >= {it})"),
        Predicate::AtLeastOrZero(it) => format!("((n or 0 when none) >= {it})"),
        Predicate::Flag => "flag".to_owned(),
        Predicate::LongerThan(it) => format!("(full_length > {it} s)"),
        Predicate::StartsInOffice => "(from in office)".to_owned(),
        Predicate::AnsweredWithin(it) => format!("(until <= from + {it} s)"),
        Predicate::AnsweredInOffice(it) => format!("(until <= from + {it} s of office)"),
        Predicate::Not(it) => format!("(not {})", predicate(it)),
        Predicate::And(a, b) => format!("({} and {})", predicate(a), predicate(b)),
        Predicate::Or(a, b) => format!("({} or {})", predicate(a), predicate(b)),
    }
}

fn test(it: &Test) -> String {
    match it {
        Test::Covered(it, least) => format!("length({}) >= {least} s", area(it)),
        Test::Events(it, least) => format!("count({}) >= {least}", rows(it)),
        Test::Share(it, of, most) => format!("share({} of {}) < {}", predicate(it), rows(of), percent(*most)),
    }
}

fn duration(it: &Duration) -> String {
    match it {
        Duration::Length(it) => format!("length({})", area(it)),
        Duration::Cycle => "length(cycle)".to_owned(),
        Duration::Sum(it) => format!("sum(length of {})", rows(it)),
        Duration::Longest(it) => format!("(max(length of {}) or 0 s when none)", rows(it)),
        Duration::Stack(it) => format!("integral(stack({}))", rows(it)),
        Duration::Constant(it) => format!("{it} s"),
        Duration::Round(how, it, step) => format!("{}({}, {step} s)", round(*how), duration(it)),
        Duration::Add(a, b) => format!("({} + {})", duration(a), duration(b)),
        Duration::Subtract(a, b) => format!("({} - {})", duration(a), duration(b)),
        Duration::Smaller(a, b) => format!("min({}, {})", duration(a), duration(b)),
        Duration::Greater(a, b) => format!("max({}, {})", duration(a), duration(b)),
    }
}

fn round(how: Rounding) -> &'static str {
    match how {
        Rounding::HalfUp => "round",
        Rounding::HalfEven => "round_half_even",
        Rounding::HalfDown => "round_half_down",
        Rounding::Up => "round_up",
        Rounding::Down => "round_down",
        Rounding::Ceiling => "round_ceiling",
        Rounding::Floor => "round_floor",
    }
}

fn number(it: &Number) -> String {
    match it {
        Number::Up(it) => format!("(length(cycle) - {}) / length(cycle)", duration(it)),
        Number::Literal(it) => format!("(length(cycle) - 2 * {}) / length(cycle)", duration(it)),
        Number::Ratio(a, b) => format!("({} / {})", duration(a), duration(b)),
        Number::Share(it, of) => format!("share({} of {})", predicate(it), rows(of)),
        Number::Counts(a, b) => format!("(count({}) / count({}))", rows(a), rows(b)),
        Number::Runs(it) => format!("count(runs({}))", area(it)),
        Number::MeanStack(it) => format!("mean(stack({}))", rows(it)),
        Number::Lengths(measure, it) => format!("({} / 1 h)", lengths(*measure, it)),
        Number::Exceeds(measure, limit, it) => {
            format!("(if {} > {limit} s then 1 otherwise 0)", lengths(*measure, it))
        }
        Number::MeanOfMachines => "mean(for each vm: machine_up)".to_owned(),
        Number::Round(how, it) => format!("{}({}, 0.01%)", round(*how), number(it)),
        Number::OrElse(it, otherwise) => format!("({} or {} when none)", number(it), percent(*otherwise)),
        Number::OneMinus(it) => format!("(1 - {})", number(it)),
    }
}

fn lengths(measure: Measure, it: &Rows) -> String {
    let function = match measure {
        Measure::Sum => "sum(".to_owned(),
        Measure::Mean => "mean(".to_owned(),
        Measure::Least => "min(".to_owned(),
        Measure::Greatest => "max(".to_owned(),
        Measure::Percentile(rank) => format!("percentile({rank}, "),
    };
    format!("{function}full_length of {})", rows(it))
}

/// The records, one JSON object a line.
pub(crate) fn evidence(case: &Case) -> String {
    let mut text = String::new();
    for (at, it) in case.records.iter().enumerate() {
        text += &record(at, it, case.money.currency);
    }
    text
}

fn record(at: usize, it: &Record, currency: &str) -> String {
    let time = |seconds| instant(seconds, [0, 8 * 3600, -5 * 3600, 37_800][usize::from(it.written) % 4]);
    let is_event = matches!(it.fact, Fact::Probe | Fact::Fee);
    let mut parts = vec![
        format!("\"fact\":\"{}\",\"id\":\"r{at:04}\"", fact(it.fact)),
        format!("\"{}\":\"{}\"", if is_event { "at" } else { "from" }, time(it.from)),
    ];
    parts.extend(it.until.filter(|_| !is_event).map(|until| format!("\"until\":\"{}\"", time(until))));
    parts.extend(it.subject.map(|subject| format!("\"subject\":\"{subject}\"")));
    match it.fact {
        Fact::Outage | Fact::Probe | Fact::Ticket => {
            parts.push(format!("\"flag\":{}", it.flag));
            parts.extend(it.cause.map(|cause| format!("\"cause\":\"{}\"", cause.word())));
            parts.extend(it.n.map(|n| format!("\"n\":{n}")));
        }
        Fact::Maintenance => {
            parts.extend(it.announced_at.map(|at| format!("\"announced_at\":\"{}\"", time(at))))
        }
        Fact::Fee => parts.push(format!("\"amount\":\"{}\"", amount(it.amount, currency))),
        Fact::Running => {}
    }
    format!("{{{}}}\n", parts.join(","))
}

/// The cycle's label.
pub(crate) fn label(case: &Case) -> String {
    format!("{}/{}", instant(case.cycle.0, 0), instant(case.cycle.1, 0))
}
