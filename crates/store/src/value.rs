//! What goes into a statement and comes out of a row: null, a 64-bit integer, a text, or bytes. Nothing else, so that
//! both databases keep the same things.

use timeline::Instant;

use crate::fault::Fault;

/// One value of a row or a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// An integer: counts, minor units of money, nanoseconds since 1970.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $make:expr),* $(,)?) => {
        $(impl From<$from> for Value { fn from($it: $from) -> Self { $make } })*
    };
}
into_value! {
    i64 => |it| Self::Int(it),
    &i64 => |it| Self::Int(*it),
    bool => |it| Self::Int(i64::from(it)),
    u32 => |it| Self::Int(i64::from(it)),
    &str => |it| Self::Text(it.to_owned()),
    String => |it| Self::Text(it),
    &String => |it| Self::Text(it.clone()),
    Vec<u8> => |it| Self::Bytes(it),
    &[u8] => |it| Self::Bytes(it.to_vec()),
    Instant => |it| Self::Int(it.nanos()),
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// The parameters of a statement: `values![tenant, id, at]`.
#[macro_export]
macro_rules! values {
    ($($it:expr),* $(,)?) => { &[$($crate::Value::from($it)),*] };
}

/// One row of an answer, its columns in the order of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The column `at`, from 0.
    pub fn get<T: FromValue>(&self, at: usize) -> Result<T, Fault> {
        let found = self.0.get(at).ok_or_else(|| Fault::broken(format!("no column {at}")))?;
        T::from_value(found)
            .ok_or_else(|| Fault::broken(format!("column {at} holds {found:?}, not what was asked for")))
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// `None` when the column holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Int(it) = value { Some(*it) } else { None }
    }
}
impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|it| it != 0)
    }
}
impl FromValue for Instant {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_nanos)
    }
}
impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(it) = value { Some(it.clone()) } else { None }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bytes(it) = value { Some(it.clone()) } else { None }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}
