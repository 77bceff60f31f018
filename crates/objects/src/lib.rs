//! Files of the lake in an object store: S3 and what speaks its language, or a folder of this machine.
//!
//! [`open`] finds the store of an address, [`ObjectBlobs`] is [`lake::Blobs`] over it. Nothing else of the project depends
//! on this crate but those that ask for object stores.

mod blobs;
mod open;

pub use blobs::ObjectBlobs;
pub use open::{Opened, open};
