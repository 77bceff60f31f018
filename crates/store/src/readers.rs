//! Connections for reading, lent and taken back.

use std::sync::{Condvar, Mutex, PoisonError};

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

    /// Lends a connection to `work`, waiting for one if all are out.
    pub(crate) fn with<T, E: From<Fault>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.take();
        if lent.as_ref().is_none_or(|it| !it.alive()) {
            lent = match (self.connect)() {
                Ok(it) => Some(it),
                Err(fault) => {
                    self.give_back(None);
                    return Err(fault.into());
                }
            };
        }
        let done = match &mut lent {
            Some(connection) => work(connection),
            None => Err(Fault::broken("no connection").into()),
        };
        self.give_back(lent);
        done
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
