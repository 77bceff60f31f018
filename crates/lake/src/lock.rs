//! A file that says who has a folder to itself.

use std::fs::{File, TryLockError};

/// A file that is locked as long as this lives.
///
/// Closing alone would not do: the lock is that of the open file, which every child shares from the moment it is forked until it
/// becomes its own program, so that a lock that nobody here holds any more could be held on by a child that never asked for it.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Locks the file unless somebody else has.
    pub fn take(file: File) -> Result<Lock, TryLockError> {
        file.try_lock()?;
        Ok(Lock(file))
    }

    /// The file, to be read and written.
    pub fn file(&self) -> &File {
        &self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be unlocked is when the process ends.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_let_go_of_is_free_though_a_child_on_its_way_still_has_the_open_file() {
        let folder = tempfile::tempdir().unwrap();
        let open = || File::create(folder.path().join("lock")).unwrap();
        let lock = Lock::take(open()).unwrap();
        // What a fork does to every open file.
        let _of_the_child = lock.file().try_clone().unwrap();
        assert!(matches!(Lock::take(open()), Err(TryLockError::WouldBlock)));
        drop(lock);
        Lock::take(open()).unwrap();
    }
}
