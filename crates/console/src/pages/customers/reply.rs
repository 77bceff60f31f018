//! Forms that answer with a page or a file of their own instead of leading to a page.

use std::sync::Arc;

use axum::body::Bytes;
use platform::principal::Principal;
use platform::{Failure, Platform};
use web::{Action, Commit, Parts, Reply, Right, Route};

use crate::fields::Fields;
use crate::guard;
use crate::view::View;

/// What is left to do in the writing thread.
pub(crate) type Answer = Box<dyn FnOnce(&mut View<'_, '_>) -> Result<Reply, Failure> + Send>;

/// A form whose slow part is done beside the writing thread, and whose rest answers.
pub(crate) fn prepared_answer(
    path: &'static str,
    id: &'static str,
    (media, bytes_max): (&'static [&'static str], usize),
    prepare: impl Fn(&Platform, &Principal, &Parts, Fields) -> Result<Answer, Failure> + Send + Sync + 'static,
) -> Route {
    let prepare = move |platform: &Platform, who: &Principal, parts: &Parts, body: Bytes| {
        let fields = Fields::read(&parts.content_type, body)?;
        guard::check(parts, &fields)?;
        let answer = prepare(platform, who, parts, fields)?;
        let commit: Commit =
            Box::new(move |platform, tx, who, parts| answer(&mut View::new(platform, tx, who, parts)));
        Ok(commit)
    };
    let mut route = Route::new("POST", path, id, "", Right::SignedIn, Action::Write(Arc::new(prepare)));
    route.media = media;
    route.body_bytes_max(bytes_max)
}
