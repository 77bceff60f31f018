//! The page for what did not work: what happened, in words, and what can be done.

use askama::Template;
use platform::{Failure, RefusalKind};
use store::Fault;
use web::Reply;

use crate::frame::{Frame, Place, refused};
use crate::view::View;

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    frame: Frame,
    tone: &'static str,
    title: String,
    detail: String,
    help: String,
    trace: String,
}

/// What is shown instead of a page.
pub(crate) fn page(view: &mut View<'_, '_>, failure: &Failure) -> Result<Reply, Failure> {
    let w = view.w;
    let (status, title, detail, help, trace) = match failure {
        Failure::Refusal(it) if it.kind == RefusalKind::NotFound => {
            (404, w.error_not_found().to_owned(), w.error_not_found_help().to_owned(), "", "")
        }
        Failure::Refusal(it) => {
            let shown = refused(view.lang, it);
            let help = if it.kind == RefusalKind::Forbidden { w.error_forbidden_help() } else { "" };
            (web::status(it.kind).as_u16(), shown.title, shown.detail, help, "")
        }
        Failure::Fault(Fault::Unavailable(_)) => (
            503,
            RefusalKind::Unavailable.title().in_lang(view.lang).to_owned(),
            String::new(),
            "",
            view.parts.trace.as_str(),
        ),
        Failure::Fault(_) => {
            (500, w.error_fault().to_owned(), w.error_fault_help().to_owned(), "", view.parts.trace.as_str())
        }
    };
    let frame = Frame::new(view, title.clone(), Place::Elsewhere)?;
    let tone = if status == 404 { "nothing" } else { "bad" };
    let page = Page { frame, tone, title, detail, help: help.to_owned(), trace: trace.to_owned() };
    let mut reply = view.html(&page)?;
    reply.status = Some(status);
    Ok(reply)
}
