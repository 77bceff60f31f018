//! Whom the server runs as: it refuses to run as root.

use std::process::Command;

use crate::Fault;

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// `None` when we are nobody special and the server may run as we do.
    pub(crate) fn for_server() -> Result<Option<Self>, Fault> {
        if id(&["-u"]) != Some(0) {
            return Ok(None);
        }
        let named = |name| Some(Self { name, uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        let user = ["postgres", "nobody"].into_iter().find_map(named);
        user.map(Some).ok_or_else(|| "there is no user to run PostgreSQL as".into())
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(arguments).output().ok().filter(|said| said.status.success())?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}
