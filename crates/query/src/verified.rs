//! A store from which nothing is read before the whole file is found to be what the manifest says. The name of a file says
//! the SHA-256 of its bytes, so that whoever reads it by its name, wherever the plan travelled, compares them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{BoxFuture, Shared};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// Bytes of a file that are fetched at once.
const PIECE_BYTES: u64 = 4 << 20;
/// Pieces of a file that are fetched ahead.
const PIECES: usize = 4;
/// Files that are looked through at the same time; with their pieces they hold 64 MiB at most.
const FILES: usize = 4;
const STORE: &str = "lake";
const DIFFERS: &str = "` is not what the manifest says";

/// What the file at `path` with these bytes is called here.
pub(crate) fn name(sha256: &[u8; 32], path: &str) -> String {
    format!("{}/{path}", hex::of(sha256))
}

/// The file that an error of this store names, whatever became of the error on its way.
pub(crate) fn damaged(said: &str) -> Option<&str> {
    let (before, _) = said.split_once(DIFFERS)?;
    before.rsplit_once('`').map(|(_, path)| path)
}

/// Files of another store, called by [`name`]. It only reads them, and neither lists nor changes any.
#[derive(Debug)]
pub(crate) struct Verified {
    store: Arc<dyn ObjectStore>,
    /// By the name, and therefore by the digest: what came of looking, or will.
    looked: Mutex<BTreeMap<Path, Looked>>,
    at_once: Arc<Semaphore>,
}

/// A look through a file. It goes on by itself, whether or not those who wait for it are asked for more rows at the moment.
type Looked = Shared<BoxFuture<'static, std::result::Result<(), Arc<Error>>>>;

impl Verified {
    pub(crate) fn new(store: Arc<dyn ObjectStore>) -> Verified {
        Verified { store, looked: Mutex::default(), at_once: Arc::new(Semaphore::new(FILES)) }
    }

    /// Where the file lies, once its bytes are found to be those it is named by.
    async fn right(&self, name: &Path) -> Result<Path> {
        let (digest, path) = parts(name).ok_or_else(|| unnamed(name))?;
        let looked = self.all().entry(name.clone()).or_insert_with(|| self.look(&path, digest)).clone();
        let Err(error) = looked.clone().await else { return Ok(path) };
        // Whoever asks next looks again: the file may be restored by then.
        let mut all = self.all();
        if all.get(name).is_some_and(|it| it.ptr_eq(&looked)) {
            all.remove(name);
        }
        Err(generic(Box::new(error)))
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Path, Looked>> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, path: &Path, expected: &str) -> Looked {
        let (store, at_once) = (Arc::clone(&self.store), Arc::clone(&self.at_once));
        let (path, expected) = (path.clone(), expected.to_owned());
        let looking = tokio::spawn(async move {
            let _turn = at_once.acquire().await.map_err(|it| generic(it.into()))?;
            compare(store.as_ref(), &path, &expected).await
        });
        looking.map(|it| it.unwrap_or_else(|it| Err(generic(it.into()))).map_err(Arc::new)).boxed().shared()
    }
}

async fn compare(store: &dyn ObjectStore, path: &Path, expected: &str) -> Result<()> {
    if hex::of(&digest(store, path).await?) == expected {
        return Ok(());
    }
    Err(generic(Box::new(Damaged(path.to_string()))))
}

async fn digest(store: &dyn ObjectStore, path: &Path) -> Result<[u8; 32]> {
    let bytes = store.head(path).await?.size;
    let fetched = stream::iter(pieces(bytes)).map(|range| store.get_range(path, range));
    let mut fetched = fetched.buffered(PIECES);
    let mut digest = Sha256::new();
    while let Some(piece) = fetched.try_next().await? {
        digest.update(&piece);
    }
    Ok(digest.finalize().into())
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({})", self.store)
    }
}

#[async_trait]
impl ObjectStore for Verified {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(&self.right(location).await?, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(&self.right(location).await?, ranges).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(only_reads())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(only_reads())
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::iter([Err(only_reads())]).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        stream::iter([Err(only_reads())]).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(only_reads())
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(only_reads())
    }
}

/// A file that is not what the manifest says. What is shown of it survives any wrapping as text: it has nothing that would be
/// written otherwise within quotes.
struct Damaged(String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}{DIFFERS}", self.0)
    }
}

impl fmt::Debug for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Damaged {}

/// The digest and the place that a name is made of.
fn parts(name: &Path) -> Option<(&str, Path)> {
    let (digest, path) = name.as_ref().split_once('/')?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit());
    is_digest.then_some(())?;
    Some((digest, Path::parse(path).ok()?))
}

/// The ranges of a file of so many bytes, in order.
fn pieces(bytes: u64) -> impl Iterator<Item = Range<u64>> {
    let starts = (0..bytes.div_ceil(PIECE_BYTES)).map(|it| it.saturating_mul(PIECE_BYTES));
    starts.map(move |start| start..start.saturating_add(PIECE_BYTES).min(bytes))
}

fn unnamed(name: &Path) -> Error {
    let source = "a file is read by its digest and its place only".into();
    Error::NotFound { path: name.to_string(), source }
}

fn only_reads() -> Error {
    generic("the files of the lake are read here, by their names, and nothing else".into())
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Generic { store: STORE, source }
}

/// Digests in hexadecimal, wherever one travels as text.
pub(crate) mod hex {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn of(digest: &[u8; 32]) -> String {
        digest.iter().map(|it| format!("{it:02x}")).collect()
    }

    pub(crate) fn serialize<S: Serializer>(digest: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&of(digest))
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        read(&text).ok_or_else(|| D::Error::custom("a digest has 64 hexadecimal digits"))
    }

    fn read(text: &str) -> Option<[u8; 32]> {
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let mut digest = [0; 32];
        for (index, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(digest)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use object_store::memory::InMemory;

    use super::*;

    const PATH: &str = "acme/%E7%9F%AD/message/1.parquet";

    /// Counts the bytes that are fetched from it.
    #[derive(Debug, Default)]
    struct Counting {
        files: InMemory,
        fetched: AtomicUsize,
    }

    impl fmt::Display for Counting {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Counting")
        }
    }

    #[async_trait]
    impl ObjectStore for Counting {
        async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
            // As a store that is not in memory has others go first.
            tokio::task::yield_now().await;
            let is_head = options.head;
            let found = self.files.get_opts(location, options).await?;
            let bytes = if is_head { 0 } else { found.range.end - found.range.start };
            self.fetched.fetch_add(usize::try_from(bytes).unwrap(), Ordering::Relaxed);
            Ok(found)
        }

        async fn put_opts(&self, at: &Path, bytes: PutPayload, options: PutOptions) -> Result<PutResult> {
            self.files.put_opts(at, bytes, options).await
        }

        async fn put_multipart_opts(
            &self,
            _: &Path,
            _: PutMultipartOptions,
        ) -> Result<Box<dyn MultipartUpload>> {
            Err(only_reads())
        }

        fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
            stream::empty().boxed()
        }

        fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
            stream::empty().boxed()
        }

        async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
            Err(only_reads())
        }

        async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
            Err(only_reads())
        }
    }

    /// A file of more than one piece.
    fn bytes() -> Vec<u8> {
        (0..=PIECE_BYTES).map(|it| u8::try_from(it % 251).unwrap()).collect()
    }

    fn named(bytes: &[u8]) -> Path {
        Path::parse(name(&Sha256::digest(bytes).into(), PATH)).unwrap()
    }

    async fn holding(bytes: Vec<u8>) -> (Arc<Counting>, Verified) {
        let store = Arc::new(Counting::default());
        store.put(&Path::parse(PATH).unwrap(), bytes.into()).await.unwrap();
        (Arc::clone(&store), Verified::new(store))
    }

    #[tokio::test]
    async fn a_file_is_looked_through_once_however_many_read_it_at_once() {
        let whole = bytes();
        let (store, verified) = holding(whole.clone()).await;
        let name = named(&whole);
        let reads = (0..8_u64).map(|at| verified.get_range(&name, at..at + 2).boxed());
        let read = futures_util::future::try_join_all(reads).await.unwrap();
        assert!(read.iter().zip(0..).all(|(it, at)| it[..] == whole[at..at + 2]));
        assert_eq!(store.fetched.load(Ordering::Relaxed), whole.len() + 16);
    }

    /// A plan may ask one scan for rows and leave another alone meanwhile, which has begun to read already.
    #[tokio::test]
    async fn who_began_to_read_and_was_left_alone_keeps_nobody_from_reading() {
        let whole = bytes();
        let (store, verified) = holding(whole.clone()).await;
        let name = named(&whole);
        let mut begun = Vec::new();
        for at in 0..=FILES {
            let (other, path) = (at.to_le_bytes().to_vec(), format!("{at}.parquet"));
            store.put(&Path::parse(&path).unwrap(), other.clone().into()).await.unwrap();
            let other = Path::parse(super::name(&Sha256::digest(&other).into(), &path)).unwrap();
            begun.push(async { verified.get_range(&{ other }, 0..1).await }.boxed());
        }
        begun.push(async { verified.get_range(&name, 0..1).await }.boxed());
        for read in &mut begun {
            assert!(read.now_or_never().is_none());
        }
        assert_eq!(verified.get_range(&name, 0..2).await.unwrap()[..], whole[..2]);
    }

    #[tokio::test]
    async fn a_file_of_other_bytes_is_named_until_it_is_restored() {
        let whole = bytes();
        let last = whole.len() - 1;
        let (cut, mut flipped) = (whole[..last].to_vec(), whole.clone());
        flipped[last] ^= 1;
        for other in [cut, flipped, Vec::new(), [whole.as_slice(), b"x"].concat()] {
            let (store, verified) = holding(other).await;
            for _ in 0..2 {
                let error = verified.get_range(&named(&whole), 0..1).await.unwrap_err();
                assert_eq!(damaged(&error.to_string()), Some(PATH));
                // As it comes from another machine: shown within what is shown, any number of times.
                assert_eq!(damaged(&format!("{:?}", format!("{error:?}"))), Some(PATH));
            }
            store.put(&Path::parse(PATH).unwrap(), whole.clone().into()).await.unwrap();
            assert_eq!(verified.get_range(&named(&whole), 0..2).await.unwrap()[..], whole[..2]);
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_named_by_its_digest_is_not_there_and_nothing_is_written() {
        let (_, verified) = holding(bytes()).await;
        for name in [PATH, "0123/acme", &"0".repeat(64)] {
            let error = verified.get_range(&Path::parse(name).unwrap(), 0..1).await.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error}");
        }
        assert!(verified.put(&named(&bytes()), "x".into()).await.is_err());
        assert!(verified.delete(&named(&bytes())).await.is_err());
    }

    #[test]
    fn the_pieces_of_a_file_are_its_bytes_in_order() {
        for bytes in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES] {
            let mut end = 0;
            for piece in pieces(bytes) {
                assert_eq!(piece.start, end);
                assert!(!piece.is_empty() && piece.end - piece.start <= PIECE_BYTES);
                end = piece.end;
            }
            assert_eq!(end, bytes);
        }
    }
}
