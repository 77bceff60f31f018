//! The cross-check with Tencent's own `CallbackStatusStatistics`: our classes, counted as it counts failures.

use std::collections::BTreeMap;

/// Receipts as Tencent's statistics split them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// `CallbackSuccessCount`.
    pub success: u64,
    /// `InternalErrorCount`: errors within the operator.
    pub internal_error: u64,
    /// `InvalidNumberCount`: numbers that do not exist.
    pub invalid_number: u64,
    /// `ShutdownErrorCount`: out of service, powered off and the like.
    pub shutdown_error: u64,
    /// `BlackListCount`.
    pub black_list: u64,
    /// `FrequencyLimitCount`.
    pub frequency_limit: u64,
    /// Failures the statistics count in `CallbackFailCount` only.
    pub elsewhere: u64,
    /// Receipts without a result, which the statistics do not count.
    pub open: u64,
}

/// Counts receipts by class, as the annex names them, into Tencent's split. Classes the split does not know are failures
/// it counts nowhere in particular.
pub fn split<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> Split {
    let mut split = Split::default();
    for (class, count) in counts {
        let place = match class {
            "delivered" => &mut split.success,
            "provider_fault" | "no_route" => &mut split.internal_error,
            "no_such_number" => &mut split.invalid_number,
            "suspended_or_arrears" | "off_or_unreachable" | "not_in_service" => &mut split.shutdown_error,
            "blacklisted" | "user_unsubscribed" => &mut split.black_list,
            "frequency" => &mut split.frequency_limit,
            "no_receipt" => &mut split.open,
            _ => &mut split.elsewhere,
        };
        *place = place.saturating_add(count);
    }
    split
}

/// One figure on which Tencent and we differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Tencent's name of the figure.
    pub figure: &'static str,
    /// What our classes give.
    pub ours: u64,
    /// What Tencent reports.
    pub theirs: u64,
}

/// Where Tencent's figures, by their names in `CallbackStatusStatistics`, differ from ours; figures not given are not
/// compared.
pub fn difference(ours: &Split, theirs: &BTreeMap<&str, u64>) -> Vec<Difference> {
    let failed = [
        ours.internal_error,
        ours.invalid_number,
        ours.shutdown_error,
        ours.black_list,
        ours.frequency_limit,
        ours.elsewhere,
    ];
    let failed = failed.into_iter().fold(0, u64::saturating_add);
    let figures = [
        ("CallbackCount", failed.saturating_add(ours.success)),
        ("CallbackSuccessCount", ours.success),
        ("CallbackFailCount", failed),
        ("InternalErrorCount", ours.internal_error),
        ("InvalidNumberCount", ours.invalid_number),
        ("ShutdownErrorCount", ours.shutdown_error),
        ("BlackListCount", ours.black_list),
        ("FrequencyLimitCount", ours.frequency_limit),
    ];
    let compared = figures.into_iter().filter_map(|(figure, ours)| {
        let theirs = *theirs.get(figure)?;
        (ours != theirs).then_some(Difference { figure, ours, theirs })
    });
    compared.collect()
}
