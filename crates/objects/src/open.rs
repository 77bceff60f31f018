//! The store of an address: `s3://bucket/prefix`, or a folder.

use std::path::Path as Folder;
use std::sync::Arc;

use lake::BlobError;
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;

/// A store that knows nothing but what lies under its address.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The store; paths begin below the address.
    pub store: Arc<dyn ObjectStore>,
    /// The bucket, for a store of objects; `None` for a folder.
    pub bucket: Option<String>,
    /// What the store puts before every path, in the bucket.
    pub prefix: Path,
}

/// Opens `s3://bucket/prefix`, with the region, endpoint and credentials the environment names as it does for the tools
/// of the S3 world (`AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP`, …), or a folder that must be there. A folder is opened for
/// reading: what is put into it this way may be lost with the power, and [`lake::LocalBlobs`] is what writes there.
pub fn open(address: &str) -> Result<Opened, BlobError> {
    match address.strip_prefix("s3://") {
        Some(rest) => bucket(address, rest),
        None => folder(address),
    }
}

fn bucket(address: &str, rest: &str) -> Result<Opened, BlobError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = Path::parse(prefix).map_err(|_| BlobError::Path(address.to_owned()))?;
    if bucket.is_empty() {
        return Err(BlobError::Path(address.to_owned()));
    }
    if lacks_credentials(|name| std::env::var(name).ok().filter(|it| !it.is_empty())) {
        let why = "the environment names a store (AWS_ENDPOINT) and no credentials for it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        return Err(BlobError::Failed { path: address.to_owned(), why: why.to_owned() });
    }
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_checksum_algorithm(Checksum::SHA256)
        .build()
        .map_err(|error| failed(address, &error))?;
    Ok(Opened {
        store: Arc::new(PrefixStore::new(store, prefix.clone())),
        bucket: Some(bucket.to_owned()),
        prefix,
    })
}

/// Whether nothing says who asks. Without a word of the environment the credentials of a virtual machine at Amazon are looked for,
/// which takes minutes anywhere else; whoever names a store that is not Amazon's is not there.
fn lacks_credentials(value: impl Fn(&str) -> Option<String>) -> bool {
    const STORES: [&str; 4] = ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_S3_ENDPOINT"];
    const AMAZON: &str = ".amazonaws.com";
    const CREDENTIALS: [&str; 5] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_SKIP_SIGNATURE",
    ];
    let is_elsewhere = |it: String| !it.contains(AMAZON);
    STORES.iter().any(|it| value(it).is_some_and(is_elsewhere))
        && CREDENTIALS.iter().all(|it| value(it).is_none())
}

fn folder(address: &str) -> Result<Opened, BlobError> {
    if !Folder::new(address).is_dir() {
        return Err(BlobError::Missing(address.to_owned()));
    }
    let store = LocalFileSystem::new_with_prefix(address).map_err(|error| failed(address, &error))?;
    Ok(Opened { store: Arc::new(store), bucket: None, prefix: Path::default() })
}

fn failed(path: &str, error: &object_store::Error) -> BlobError {
    BlobError::Failed { path: path.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_named_needs_credentials_that_are_named() {
        let lacks = |set: &[&str]| {
            lacks_credentials(|name| set.contains(&name).then(|| "http://127.0.0.1:9000".to_owned()))
        };
        assert!(lacks(&["AWS_ENDPOINT"]) && lacks(&["AWS_ENDPOINT_URL", "AWS_REGION"]));
        assert!(
            !lacks(&["AWS_ENDPOINT", "AWS_ACCESS_KEY_ID"]) && !lacks(&["AWS_ENDPOINT", "AWS_SKIP_SIGNATURE"])
        );
        // At Amazon the machine itself has them.
        assert!(!lacks(&["AWS_REGION"]) && !lacks(&[]));
        let private = "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com";
        assert!(!lacks_credentials(|name| (name == "AWS_ENDPOINT_URL_S3").then(|| private.to_owned())));
    }
}
