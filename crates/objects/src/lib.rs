//! Files of the lake in an object store: S3 and what speaks its language, or a folder of this machine.
//!
//! [`open`] finds the store of an address, [`ObjectBlobs`] is [`lake::Blobs`] over it and [`ObjectManifest`] its [`lake::Manifest`]. Nothing else of the project depends
//! on this crate but those that ask for object stores.

mod blobs;
mod calls;
mod manifest;
mod open;
mod ranges;

pub use blobs::ObjectBlobs;
pub use manifest::{ObjectManifest, read_log};
pub use open::{Opened, open};
