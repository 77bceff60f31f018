//! Pages and forms as routes: what a closure over a [`View`] is turned into.

use std::sync::Arc;

use axum::body::Bytes;
use platform::principal::Principal;
use platform::{Failure, Platform};
use store::Tx;
use web::{Action, Commit, Later, Parts, Reply, Right, Route, Todo};

use crate::fields::Fields;
use crate::guard;
use crate::view::View;

/// Bytes of a form without files, at most.
const FORM_BYTES_MAX: usize = 2 << 20;
/// Bytes of a form with a file, at most.
const FILE_BYTES_MAX: usize = 48 << 20;
const URLENCODED: &[&str] = &["application/x-www-form-urlencoded"];
const MULTIPART: &[&str] = &["multipart/form-data"];

/// Where a form leads once it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct To {
    /// The path, without the language: `/now`.
    pub(crate) path: String,
    /// What the page says was done; a key of [`crate::frame::said`].
    pub(crate) done: Option<&'static str>,
    /// Headers to set, such as a cookie.
    pub(crate) headers: Vec<(String, String)>,
}

impl To {
    pub(crate) fn page(path: impl Into<String>) -> Self {
        Self { path: path.into(), done: None, headers: Vec::new() }
    }

    /// Says on the page that it was done.
    pub(crate) fn saying(mut self, done: &'static str) -> Self {
        self.done = Some(done);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn reply(self, lang: &str) -> Reply {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        let done = self.done.map(|it| format!("{joint}done={it}")).unwrap_or_default();
        let mut reply = Reply::bytes("text/plain; charset=utf-8", Vec::new());
        reply.status = Some(303);
        reply.headers = self.headers;
        reply.header("location", format!("/{lang}{}{done}", self.path))
    }
}

/// A page: looks at a snapshot.
pub(crate) fn page(
    path: &'static str,
    id: &'static str,
    work: impl Fn(&mut View<'_, '_>) -> Result<Reply, Failure> + Send + Sync + 'static,
) -> Route {
    let read = move |platform: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts| {
        work(&mut View::new(platform, tx, who, parts))
    };
    Route::new("GET", path, id, "", Right::SignedIn, Action::Read(Arc::new(read)))
}

/// A page that looks at a snapshot, and asks what lies beside the store once no transaction is open.
pub(crate) fn page_after(
    path: &'static str,
    id: &'static str,
    look: impl Fn(&mut View<'_, '_>) -> Result<Later, Failure> + Send + Sync + 'static,
) -> Route {
    let ask = move |platform: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts| {
        look(&mut View::new(platform, tx, who, parts))
    };
    Route::new("GET", path, id, "", Right::SignedIn, Action::Ask(Arc::new(ask)))
}

/// A form that changes state in one use-case, and leads to a page.
pub(crate) fn form(
    path: &'static str,
    id: &'static str,
    work: impl Fn(&mut View<'_, '_>, &Fields) -> Result<To, Failure> + Send + Sync + 'static,
) -> Route {
    let work = Arc::new(work);
    prepared(path, id, move |_, _, _, fields| {
        let work = work.clone();
        Ok(Box::new(move |view: &mut View<'_, '_>| work(view, &fields)))
    })
}

/// What is left of a form to do in the writing thread.
pub(crate) type Rest = Box<dyn FnOnce(&mut View<'_, '_>) -> Result<To, Failure> + Send>;

/// A form of which a part is done beside the writing thread: hashing a password, reading a file, checking a contract.
pub(crate) fn prepared(
    path: &'static str,
    id: &'static str,
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Rest, Failure> + Send + Sync + 'static,
) -> Route {
    taking(path, id, URLENCODED, FORM_BYTES_MAX, prepare)
}

/// The same of a form with a file.
pub(crate) fn with_file(
    path: &'static str,
    id: &'static str,
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Rest, Failure> + Send + Sync + 'static,
) -> Route {
    taking(path, id, MULTIPART, FILE_BYTES_MAX, prepare)
}

fn taking(
    path: &'static str,
    id: &'static str,
    media: &'static [&'static str],
    bytes_max: usize,
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Rest, Failure> + Send + Sync + 'static,
) -> Route {
    prepared_answer(path, id, (media, bytes_max), move |platform, who, parts, fields| {
        let rest = prepare(platform, who, parts, fields)?;
        Ok(Box::new(move |view: &mut View<'_, '_>| {
            let lang = view.lang_name();
            rest(view).map(|it| it.reply(lang))
        }))
    })
}

/// What is left of a form that is answered with a page of its own.
pub(crate) type Answer = Box<dyn FnOnce(&mut View<'_, '_>) -> Result<Reply, Failure> + Send>;

/// A form that changes state and is answered with a page of its own: what is shown once and kept nowhere.
pub(crate) fn answered(
    path: &'static str,
    id: &'static str,
    work: impl Fn(&mut View<'_, '_>, &Fields) -> Result<Reply, Failure> + Send + Sync + 'static,
) -> Route {
    let work = Arc::new(work);
    answered_after(path, id, move |_, _, _, fields| {
        let work = work.clone();
        Ok(Box::new(move |view: &mut View<'_, '_>| work(view, &fields)))
    })
}

/// The same, with a part that is done beside the writing thread.
pub(crate) fn answered_after(
    path: &'static str,
    id: &'static str,
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Answer, Failure> + Send + Sync + 'static,
) -> Route {
    prepared_answer(path, id, (URLENCODED, FORM_BYTES_MAX), prepare)
}

/// Every form: its fields are read and its token checked, then it is prepared beside the writing thread, and the rest is done
/// in it. Bodies of other media types, or longer ones, are refused.
pub(crate) fn prepared_answer(
    path: &'static str,
    id: &'static str,
    (media, bytes_max): (&'static [&'static str], usize),
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Answer, Failure> + Send + Sync + 'static,
) -> Route {
    let prepare = move |platform: &Platform, who: &Principal, parts: &Parts, body: Bytes| {
        let fields = Fields::read(&parts.content_type, body)?;
        guard::check(parts, &fields)?;
        fields.check()?;
        let answer = prepare(platform, who, parts, fields)?;
        let commit: Commit =
            Box::new(move |platform, tx, who, parts| answer(&mut View::new(platform, tx, who, parts)));
        Ok(Todo::Alone(commit))
    };
    let mut route = Route::new("POST", path, id, "", Right::SignedIn, Action::Write(Arc::new(prepare)));
    route.media = media;
    route.body_bytes_max(bytes_max)
}

/// A page that shows what a form would do and changes nothing: a preview.
pub(crate) fn preview(
    path: &'static str,
    id: &'static str,
    work: impl Fn(&mut View<'_, '_>, &Fields) -> Result<Reply, Failure> + Send + Sync + 'static,
) -> Route {
    prepared_answer(path, id, (MULTIPART, FILE_BYTES_MAX), move |platform, who, parts, fields| {
        let reply = platform.read(|platform, tx| work(&mut View::new(platform, tx, who, parts), &fields))?;
        Ok(Box::new(move |_: &mut View<'_, '_>| Ok(reply)))
    })
}
