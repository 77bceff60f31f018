//! stub
use settle::Settlement;
/// stub
pub fn html(_s: &Settlement, _c: Option<&str>) -> String { String::new() }
