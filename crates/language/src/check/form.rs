//! How each function is written, for the message when it is written otherwise.

/// Every function with its form.
pub(crate) const FORMS: [(&str, &str); 44] = [
    ("length", "length(TIMELINE)"),
    ("count", "count(ROWS)"),
    ("sum", "sum(E of ROWS)"),
    ("mean", "mean(E of ROWS)"),
    ("min", "min(E of ROWS)"),
    ("max", "max(E of ROWS)"),
    ("first", "first(E of ROWS)"),
    ("last", "last(E of ROWS)"),
    ("share", "share(PREDICATE of ROWS)"),
    ("percentile", "percentile(95, E of ROWS)"),
    ("values", "values(E of ROWS)"),
    ("abs", "abs(NUMBER)"),
    ("round", "round(NUMBER, STEP)"),
    ("round_up", "round_up(NUMBER, STEP)"),
    ("round_down", "round_down(NUMBER, STEP)"),
    ("round_half_even", "round_half_even(NUMBER, STEP)"),
    ("round_half_down", "round_half_down(NUMBER, STEP)"),
    ("round_ceiling", "round_ceiling(NUMBER, STEP)"),
    ("round_floor", "round_floor(NUMBER, STEP)"),
    ("runs", "runs(TIMELINE)"),
    ("gaps", "gaps(TIMELINE)"),
    ("timeline", "timeline(FROM, UNTIL of ROWS)"),
    ("streak", "streak(N, PREDICATE of EVENTS)"),
    ("held", "held(PREDICATE of EVENTS)"),
    ("stack", "stack(E of ROWS)"),
    ("integral", "integral(SERIES)"),
    ("subjects", "subjects(ROWS)"),
    ("known", "known(LIST)"),
    ("longest_run", "longest_run(LIST)"),
    ("working_days_between", "working_days_between(DATE, DATE, CALENDAR)"),
    ("nth_working_day", "nth_working_day(N, DATE, CALENDAR)"),
    ("working_day", "working_day(DATE, CALENDAR)"),
    ("date", "date(INSTANT)"),
    ("start_of_day", "start_of_day(DATE)"),
    ("end_of_day", "end_of_day(DATE)"),
    ("end_of_month", "end_of_month(DATE)"),
    ("last_day", "last_day(INSTANT)"),
    ("month_of", "month_of(DATE)"),
    ("year_of", "year_of(DATE)"),
    ("days_in", "days_in(WINDOW)"),
    ("paid", "paid(REMEDY)"),
    ("greatest", "greatest(E of ROWS)"),
    ("split", "split(WINDOW, 1 day)"),
    ("highest", "highest(E of ROWS)"),
];

/// The form of a function; its bare name when there is no such function.
pub(crate) fn form_of(name: &str) -> &str {
    FORMS.iter().find(|(known, _)| *known == name).map_or(name, |(_, form)| form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::call::FUNCTIONS;

    #[test]
    fn every_function_has_a_form() {
        let mut known: Vec<&str> = FUNCTIONS.to_vec();
        let mut forms: Vec<&str> = FORMS.iter().map(|it| it.0).collect();
        known.sort_unstable();
        forms.sort_unstable();
        assert_eq!(known, forms);
    }
}
