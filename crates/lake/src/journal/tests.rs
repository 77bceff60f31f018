//! Torn tails, flipped bits, failing disks: what was acknowledged is there, or its damage is named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, io};

use proptest::prelude::*;

use super::disk::DiskFile;
use super::*;

const LIMITS: JournalLimits = JournalLimits { segment_bytes: 4096 };

fn all(journal: &Journal) -> Vec<Vec<u8>> {
    journal.closed().into_iter().flat_map(|it| journal.read(it).unwrap()).collect()
}

/// Opens, reads everything, and says how it went.
fn recovered(folder: &Path) -> Result<Vec<Vec<u8>>, JournalError> {
    Journal::open(folder, LIMITS).map(|it| all(&it))
}

fn batches(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|it| vec![it; 20 + usize::from(it)]).collect()
}

fn append(journal: &Journal, batches: &[Vec<u8>]) {
    for batch in batches {
        journal.append(batch).unwrap();
    }
}

/// A segment with these batches, each a group of its own, as a crash leaves it; and where each group begins.
fn segment(batches: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    append(&journal, batches);
    let bytes = fs::read(segment::path(folder.path(), 0)).unwrap();
    let mut begins = vec![segment::PREFIX_BYTES];
    for batch in batches {
        begins.push(begins.last().unwrap() + group::HEADER_BYTES + 8 + batch.len());
    }
    (bytes, begins)
}

fn folder_with(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(segment::path(folder.path(), 0), bytes).unwrap();
    folder
}

#[test]
fn what_many_threads_append_is_there_once_and_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    let mut receipts: Vec<Receipt> = std::thread::scope(|scope| {
        let append = |thread: u8| {
            let journal = &journal;
            move || (0..50_u8).map(|it| journal.append(&[thread, it]).unwrap()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(append(thread))).collect();
        threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    drop(journal);
    receipts.sort_unstable();
    receipts.dedup();
    // Every group has one receipt, and none is missing.
    assert_eq!(receipts.last().unwrap().group, receipts.len() as u64);
    let mut by_thread: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for batch in recovered(folder.path()).unwrap() {
        by_thread.entry(batch[0]).or_default().push(batch[1]);
    }
    assert_eq!(by_thread.len(), 8);
    assert!(by_thread.values().all(|it| *it == (0..50).collect::<Vec<u8>>()));
}

#[test]
fn the_chain_goes_on_over_segments_restarts_and_deletions() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..3 {
        let journal = Journal::open(folder.path(), LIMITS).unwrap();
        for batch in batches(40) {
            let receipt = journal.append(&batch).unwrap();
            assert_eq!(receipt.group, last + 1, "round {round}");
            last = receipt.group;
        }
        journal.rotate().unwrap();
        assert_eq!(journal.closed().iter().flat_map(|it| journal.read(*it).unwrap()).count(), 40);
        journal.closed().into_iter().for_each(|it| journal.delete(it).unwrap());
    }
}

#[test]
fn a_group_torn_at_any_byte_is_cut_off_and_the_others_stay() {
    let batches = batches(4);
    let (bytes, begins) = segment(&batches);
    for cut in begins[3]..begins[4] {
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        assert_eq!(recovered(folder_with(&torn).path()).unwrap(), batches[..3], "zeros from byte {cut}");
        torn.truncate(cut);
        assert_eq!(recovered(folder_with(&torn).path()).unwrap(), batches[..3], "{cut} bytes");
    }
    // The end reached the disk before the beginning.
    for until in begins[3] + 1..begins[4] {
        let mut torn = bytes.clone();
        torn[begins[3]..until].fill(0);
        assert_eq!(recovered(folder_with(&torn).path()).unwrap(), batches[..3], "zeros up to byte {until}");
    }
}

#[test]
fn after_a_torn_group_the_journal_goes_on() {
    let batches = batches(4);
    let (bytes, begins) = segment(&batches);
    let folder = folder_with(&bytes[..begins[3] + 9]);
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    assert_eq!(journal.append(b"more").unwrap().group, 4);
    drop(journal);
    let expected: Vec<Vec<u8>> = batches[..3].iter().cloned().chain([b"more".to_vec()]).collect();
    assert_eq!(recovered(folder.path()).unwrap(), expected);
}

#[test]
fn a_bit_flipped_in_what_was_flushed_before_is_named() {
    let (bytes, begins) = segment(&batches(4));
    for bit in 0..begins[3] * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let refused = recovered(folder_with(&damaged).path());
        assert!(matches!(refused, Err(JournalError::Damaged { .. })), "bit {bit}: {refused:?}");
    }
}

/// A body of any length that was acknowledged says that what lies before it was.
#[test]
fn a_bit_flipped_before_the_longest_body_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    journal.append(b"before").unwrap();
    let longest = vec![7_u8; BATCH_BYTES_MAX];
    journal.append_all(&[&longest, &longest, &longest]).unwrap();
    drop(journal);
    let path = segment::path(folder.path(), 0);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(6).position(|it| it == b"before").unwrap();
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let refused = recovered(folder.path());
    assert!(matches!(refused, Err(JournalError::Damaged { .. })), "{:?}", refused.map(|it| it.len()));
}

#[test]
fn a_bit_flipped_in_a_closed_segment_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    append(&journal, &batches(2));
    journal.rotate().unwrap();
    journal.append(b"behind").unwrap();
    drop(journal);
    let path = segment::path(folder.path(), 0);
    let bytes = fs::read(&path).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &damaged).unwrap();
        assert!(matches!(recovered(folder.path()), Err(JournalError::Damaged { .. })), "bit {bit}");
    }
}

#[test]
fn only_one_process_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    assert!(matches!(Journal::open(folder.path(), LIMITS), Err(JournalError::Io { .. })));
    drop(journal);
    assert!(Journal::open(folder.path(), LIMITS).is_ok());
}

#[test]
fn a_batch_has_a_length_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    assert_eq!(journal.append(&[]), Err(JournalError::Length(0)));
    let long = vec![7; BATCH_BYTES_MAX];
    assert_eq!(
        journal.append(&[long.as_slice(), &[7]].concat()),
        Err(JournalError::Length(BATCH_BYTES_MAX + 1))
    );
    journal.append(&long).unwrap();
    drop(journal);
    assert_eq!(recovered(folder.path()).unwrap(), [long]);
}

/// A disk whose writes are lost unless flushed, and which fails at one of its operations.
#[derive(Clone)]
struct Failing {
    /// Operations so far.
    done: Arc<AtomicU64>,
    /// The operation that fails.
    at: u64,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// That operation alone finds no space.
    Full,
    /// That operation fails, and of what was written but not flushed every other sector reaches the disk.
    Broken,
}

struct FailingFile {
    disk: Failing,
    path: PathBuf,
    pending: Vec<(u64, Vec<u8>)>,
}

impl Failing {
    fn step(&self) -> io::Result<()> {
        let number = self.done.fetch_add(1, Ordering::SeqCst);
        match self.how {
            How::Full if number == self.at => Err(io::Error::from(io::ErrorKind::StorageFull)),
            How::Broken if number >= self.at => Err(io::Error::other("broken")),
            _ => Ok(()),
        }
    }
}

impl Disk for Failing {
    fn create(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn DiskFile>> {
        self.step()?;
        fs::write(path, vec![0; usize::try_from(bytes).unwrap()])?;
        Ok(Box::new(FailingFile { disk: self.clone(), path: path.to_owned(), pending: Vec::new() }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        fs::remove_file(path)
    }
}

impl FailingFile {
    /// Writes what is pending; of a flush that fails, the sectors whose number is odd.
    fn settle(&mut self, is_whole: bool) -> io::Result<()> {
        const SECTOR: u64 = 512;
        let mut bytes = fs::read(&self.path)?;
        for (offset, written) in self.pending.drain(..) {
            for (at, byte) in (offset..).zip(written) {
                if is_whole || at / SECTOR % 2 == 1 {
                    bytes[usize::try_from(at).unwrap()] = byte;
                }
            }
        }
        fs::write(&self.path, bytes)
    }
}

impl DiskFile for FailingFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.pending.push((offset, bytes.to_vec()));
        self.disk.step().inspect_err(|_| self.settle(false).unwrap())
    }

    fn set_aside(&mut self, bytes: u64) -> io::Result<()> {
        self.disk.step()?;
        fs::OpenOptions::new().write(true).open(&self.path)?.set_len(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.step().inspect_err(|_| self.settle(false).unwrap())?;
        self.settle(true)
    }

    fn end_at(&mut self, length: u64) -> io::Result<()> {
        self.disk.step()?;
        self.settle(true)?;
        fs::OpenOptions::new().write(true).open(&self.path)?.set_len(length)
    }
}

/// Appends batches on a failing disk; those that were acknowledged.
fn append_all(folder: &Path, at: u64, how: How, count: u8) -> (Vec<Vec<u8>>, Vec<JournalError>) {
    let disk = Failing { done: Arc::default(), at, how };
    let journal = Journal::open_on(Box::new(disk), folder, JournalLimits { segment_bytes: 2048 }).unwrap();
    let (mut acknowledged, mut errors) = (Vec::new(), Vec::new());
    for batch in (0..count).map(|it| vec![it; 300 + usize::from(it)]) {
        match journal.append(&batch) {
            Ok(_) => acknowledged.push(batch),
            Err(error) => errors.push(error),
        }
    }
    (acknowledged, errors)
}

#[test]
fn after_a_failed_write_or_flush_nothing_more_is_taken_and_nothing_acknowledged_is_lost() {
    for at in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let (acknowledged, errors) = append_all(folder.path(), at, How::Broken, 20);
        assert!(errors.iter().all(|it| matches!(it, JournalError::Poisoned(_))), "{errors:?}");
        assert_eq!(acknowledged.len() + errors.len(), 20);
        let found = recovered(folder.path()).unwrap();
        // One batch that was not acknowledged may be there.
        assert!(found.starts_with(&acknowledged) && found.len() <= acknowledged.len() + 1, "operation {at}");
    }
}

#[test]
fn a_full_disk_refuses_and_takes_again_once_there_is_room() {
    let mut refused = 0;
    for at in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let (acknowledged, errors) = append_all(folder.path(), at, How::Full, 20);
        let is_full = matches!(errors.first(), Some(JournalError::Full(_)));
        if is_full {
            assert_eq!(errors.len(), 1, "operation {at}: {errors:?}");
            refused += 1;
        }
        let found = recovered(folder.path()).unwrap();
        assert!(found.starts_with(&acknowledged) && found.len() <= acknowledged.len() + 1, "operation {at}");
    }
    assert!(refused > 2);
}

/// Appends on a failing disk, folding all that is closed after every third batch; what was acknowledged, what was folded and
/// the errors.
fn append_and_delete(folder: &Path, at: u64, how: How) -> (Vec<Vec<u8>>, Vec<Vec<u8>>, Vec<JournalError>) {
    let disk = Failing { done: Arc::default(), at, how };
    let journal = Journal::open_on(Box::new(disk), folder, JournalLimits { segment_bytes: 2048 }).unwrap();
    let (mut acknowledged, mut folded, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..12_u8 {
        let batch = vec![number; 300];
        match journal.append(&batch) {
            Ok(_) => acknowledged.push(batch),
            Err(error) => errors.push(error),
        }
        if number % 3 == 2 {
            errors.extend(journal.rotate().err());
            for segment in journal.closed() {
                let read = journal.read(segment).unwrap();
                match journal.delete(segment) {
                    Ok(()) => folded.extend(read),
                    Err(error) => {
                        errors.push(error);
                        break;
                    }
                }
            }
        }
    }
    (acknowledged, folded, errors)
}

#[test]
fn whatever_fails_while_segments_are_deleted_the_journal_opens_again_with_all_that_is_left() {
    for how in [How::Full, How::Broken] {
        let mut failed = 0;
        for at in 0..90 {
            let folder = tempfile::tempdir().unwrap();
            let (acknowledged, folded, errors) = append_and_delete(folder.path(), at, how);
            failed += u32::from(!errors.is_empty());
            let found =
                recovered(folder.path()).unwrap_or_else(|error| panic!("{how:?} {at}: {error}, {errors:?}"));
            let left: Vec<&Vec<u8>> = acknowledged.iter().filter(|it| !folded.contains(it)).collect();
            // A batch that was refused may be there.
            let kept: Vec<&Vec<u8>> = found.iter().filter(|it| acknowledged.contains(it)).collect();
            assert_eq!(kept, left, "{how:?} {at}: {errors:?}");
        }
        assert!(failed > 20, "{how:?}");
    }
}

#[test]
fn a_disk_with_room_for_a_prefix_alone_lets_the_last_segment_go_and_takes_again_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let room = Arc::new(AtomicU64::new(5000));
    let disk = Tight { room: Arc::clone(&room) };
    let journal =
        Journal::open_on(Box::new(disk), folder.path(), JournalLimits { segment_bytes: 4096 }).unwrap();
    journal.append(&[1; 300]).unwrap();
    journal.rotate().unwrap();
    room.store(100, Ordering::SeqCst);
    assert_eq!(journal.closed(), [0]);
    journal.delete(0).unwrap();
    assert!(matches!(journal.append(&[2; 300]), Err(JournalError::Full(_))));
    room.store(5000, Ordering::SeqCst);
    assert_eq!(journal.append(&[3; 300]).unwrap().group, 2);
    drop(journal);
    assert_eq!(recovered(folder.path()).unwrap(), [[3; 300]]);
}

/// A disk on which no file may be longer than the room there is.
struct Tight {
    room: Arc<AtomicU64>,
}

struct TightFile {
    room: Arc<AtomicU64>,
    file: fs::File,
}

impl Disk for Tight {
    fn create(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn DiskFile>> {
        let mut file = TightFile { room: Arc::clone(&self.room), file: fs::File::create_new(path)? };
        let made = file.set_aside(bytes);
        if made.is_err() {
            fs::remove_file(path)?;
        }
        made.map(|()| Box::new(file) as Box<dyn DiskFile>)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

impl DiskFile for TightFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        DiskFile::write_at(&mut self.file, bytes, offset)
    }

    fn set_aside(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.room.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.set_len(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        DiskFile::sync(&mut self.file)
    }

    fn end_at(&mut self, length: u64) -> io::Result<()> {
        DiskFile::end_at(&mut self.file, length)
    }
}

proptest! {
    #[test]
    fn no_bytes_make_recovery_fail_otherwise(mut tail in proptest::collection::vec(any::<u8>(), 0..600), keep in 0..300_usize) {
        let (mut bytes, _) = segment(&batches(3));
        bytes.truncate(keep);
        bytes.append(&mut tail);
        let _ = recovered(folder_with(&bytes).path());
    }
}

#[test]
fn batches_of_one_append_share_a_group_and_are_there_or_not_together() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), LIMITS).unwrap();
    assert_eq!(journal.append_all(&batches(5)).unwrap().group, 1);
    assert_eq!(journal.append(b"one").unwrap().group, 2);
    let none: [&[u8]; 0] = [];
    assert_eq!(journal.append_all(&none), Err(JournalError::Length(0)));
    assert_eq!(journal.append_all(&[b"one".as_slice(), b""]), Err(JournalError::Length(0)));
    drop(journal);
    let mut expected = batches(5);
    expected.push(b"one".to_vec());
    assert_eq!(recovered(folder.path()).unwrap(), expected);
    // Torn anywhere within it, all of the first group is gone.
    let path = segment::path(folder.path(), 0);
    let whole = fs::read(&path).unwrap();
    let cut = segment::PREFIX_BYTES + group::HEADER_BYTES + 60;
    fs::remove_dir_all(folder.path()).unwrap();
    let torn = folder_with(&whole[..cut]);
    assert_eq!(recovered(torn.path()).unwrap(), Vec::<Vec<u8>>::new());
}
