//! Connections for reading, lent and taken back.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::connection::Connection;
use crate::fault::Fault;

type Connect = Box<dyn Fn() -> Result<Connection, Fault> + Send + Sync>;

pub(crate) struct Readers {
    idle: Mutex<Vec<Option<Connection>>>,
    returned: Condvar,
    connect: Connect,
}

impl Readers {
    /// `count` connections, opened when first needed.
    pub(crate) fn new(count: usize, connect: Connect) -> Self {
        Self { idle: Mutex::new((0..count).map(|_| None).collect()), returned: Condvar::new(), connect }
    }

    /// Lends a connection on which a snapshot has begun to `work`, waiting for one if all are out.
    pub(crate) fn with<T, E: From<Fault>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = Lent { connection: self.take(), readers: self };
        let connection = self.begin(&mut lent.connection)?;
        let done = work(connection);
        connection.rollback();
        done
    }

    /// A connection may have been lost while nobody looked: then the snapshot is begun once more, on a new one.
    fn begin<'a>(&self, lent: &'a mut Option<Connection>) -> Result<&'a mut Connection, Fault> {
        if let Some(known) = lent.as_mut().filter(|it| it.alive()) {
            match known.begin_read() {
                Err(Fault::Unavailable(_)) => *lent = None,
                Err(fault) => return Err(fault),
                Ok(()) => {}
            }
        } else {
            *lent = None;
        }
        if lent.is_none() {
            let mut connection = (self.connect)()?;
            connection.begin_read()?;
            *lent = Some(connection);
        }
        lent.as_mut().ok_or_else(|| Fault::broken("no connection"))
    }

    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(it) = idle.pop() {
                return it;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, connection: Option<Connection>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        self.returned.notify_one();
    }
}

/// A connection that is out. Whatever ends its use, there is a place for one again.
struct Lent<'a> {
    connection: Option<Connection>,
    readers: &'a Readers,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // After a panic nobody knows in what state it is.
        self.readers.give_back(self.connection.take().filter(|_| !thread::panicking()));
    }
}
