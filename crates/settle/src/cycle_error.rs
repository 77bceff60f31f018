//! Why a cycle cannot be named, in Chinese beside the English of crate `calendar`.

use calendar::CycleError;

/// The error in Chinese.
pub(crate) fn in_chinese(error: &CycleError) -> String {
    match error {
        CycleError::NeedsAnchor => "该周期从订阅起算，须知订阅起始时间".to_owned(),
        CycleError::BeforeAnchor => "订阅开始之前没有周期".to_owned(),
        CycleError::BadRule => "周期须有长度，年度须始于 1 至 12 月".to_owned(),
        CycleError::BadLabel { label, expected } => {
            format!("`{label}` 不是此处的周期名；应写作 {expected} 或 `起/止`")
        }
        CycleError::OutOfRange => "该周期超出 1677 至 2262 年".to_owned(),
    }
}
