//! Delivery receipts of short messages: what each vendor sends, what its codes mean by the contract's annex, and the
//! record of the contract's fact that both make.
//!
//! ```
//! use formats::{Format, Limits, Receipts};
//!
//! let mut body: &[u8] = br#"[{"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","success":true,
//!   "err_code":"DELIVERED","biz_id":"12345","out_id":"67890"}]"#;
//! let mut codes = Vec::new();
//! Receipts::new(&mut body, Format::Aliyun, Limits::default())
//!     .for_each(&mut |receipt| codes.extend(receipt.map(|it| it.code.to_string())))?;
//! assert_eq!(codes, ["DELIVERED"]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Invariants: memory does not grow with the input; a bad record is one [`Reject`] and the rest goes on; no phone number
//! is ever printed; a code the annex does not list is [`Unclassified::Unseen`] and never a class; the same receipts make
//! the same records in whatever order and pieces they arrive.

pub mod aliyun;
pub mod baidu;
mod classify;
pub mod cloud_events;
mod codes;
mod csv;
mod cut;
mod form;
pub mod huawei;
mod json;
mod masked;
mod objects;
mod offset;
mod phone;
mod receipt;
mod receipts;
mod reject;
pub mod smpp;
pub mod table;
pub mod tencent;
mod window;

pub use classify::{Cell, Classified, Classifier, Unclassified, Unplaced};
pub use codes::{AMBIGUOUS, Class, Codes, Entry, Fault, Finding, NO_RECEIPT, SentUnknown, Stage, Standing};
pub use masked::Masked;
pub use offset::Offset;
pub use phone::{Key, Phone, Pseudonym};
pub use receipt::{Part, Receipt, Spot};
pub use receipts::{Format, Limits, Receipts};
pub use reject::{Reason, Reject};
