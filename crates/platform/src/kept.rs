//! What the store keeps as JSON text.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use store::{Fault, Row};

/// A value as JSON.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> Result<Json, Fault> {
    serde_json::to_value(value).map_err(|it| Fault::broken(it.to_string()))
}

/// A value as JSON text.
pub(crate) fn to_text(value: &(impl Serialize + ?Sized)) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|it| Fault::broken(it.to_string()))
}

/// The value of a column of JSON text.
pub(crate) fn of_row<T: DeserializeOwned>(row: &Row, at: usize) -> Result<T, Fault> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text).map_err(|it| Fault::broken(format!("column {at}: {it}")))
}
