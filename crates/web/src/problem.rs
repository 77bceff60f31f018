//! Refusals and faults as problem details (RFC 9457).

use axum::http::StatusCode;
use diagnostic::{Bilingual, Diagnostic, Lang};
use platform::{Failure, Refusal, RefusalKind};
use serde_json::{Value as Json, json};
use store::Fault;

use crate::reply::Reply;

/// Where the problem types are explained.
pub(crate) const TYPES: &str = "/problems/";

/// The HTTP status of a kind of refusal.
pub fn status(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Unauthenticated | RefusalKind::WrongCredentials | RefusalKind::SecondFactorNeeded => {
            StatusCode::UNAUTHORIZED
        }
        RefusalKind::ConfirmationNeeded | RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        RefusalKind::Invalid | RefusalKind::KeyReused | RefusalKind::FindingsOpen => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        RefusalKind::UnfitState
        | RefusalKind::Exists
        | RefusalKind::WindowClosed
        | RefusalKind::Incomplete
        | RefusalKind::Retained => StatusCode::CONFLICT,
        RefusalKind::Outdated => StatusCode::PRECONDITION_FAILED,
        RefusalKind::PreconditionNeeded => StatusCode::PRECONDITION_REQUIRED,
        RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The answer to a call that did not succeed. A fault's cause is for the log alone.
pub(crate) fn problem(failure: &Failure, lang: Option<Lang>, trace: &str) -> Reply {
    match failure {
        Failure::Refusal(it) => refused(it, lang, trace),
        Failure::Fault(Fault::DiskFull) => refused(&world(RefusalKind::StorageFull), lang, trace),
        Failure::Fault(Fault::Unavailable(_)) => refused(&world(RefusalKind::Unavailable), lang, trace),
        Failure::Fault(_) => {
            let title = Bilingual::new("Something failed on our side.", "服务器内部发生故障。");
            let detail = Bilingual::new(
                format!("The trace id {trace} leads to the cause in the log."),
                format!("可凭追踪编号 {trace} 在日志中查到原因。"),
            );
            render(500, "fault", &title, &detail, &[], lang, trace)
        }
    }
}

fn world(kind: RefusalKind) -> Refusal {
    let title = kind.title();
    let mut refusal = Refusal::new(kind, title.en, title.zh);
    refusal.retry_after = Some(5);
    refusal
}

fn refused(refusal: &Refusal, lang: Option<Lang>, trace: &str) -> Reply {
    let status = status(refusal.kind);
    let title = refusal.kind.title();
    let mut reply =
        render(status.as_u16(), refusal.kind.slug(), &title, &refusal.detail, &refusal.findings, lang, trace);
    if let Some(seconds) = refusal.retry_after {
        reply = reply.header("retry-after", seconds.to_string());
    }
    if status == StatusCode::UNAUTHORIZED {
        reply = reply.header("www-authenticate", "Bearer");
    }
    reply
}

fn render(
    status: u16,
    slug: &str,
    title: &Bilingual,
    detail: &Bilingual,
    findings: &[Diagnostic],
    lang: Option<Lang>,
    trace: &str,
) -> Reply {
    let lang = lang.unwrap_or(Lang::En);
    let mut body = json!({
        "type": format!("{TYPES}{slug}"),
        "title": title.in_lang(lang),
        "status": status,
        "detail": detail.in_lang(lang),
        "code": slug,
        "trace_id": trace,
    });
    if let (false, Json::Object(members)) = (findings.is_empty(), &mut body) {
        members.insert("errors".to_owned(), findings.iter().map(finding).collect());
    }
    Reply {
        status: Some(status),
        media: "application/problem+json".to_owned(),
        headers: vec![("content-language".to_owned(), if lang == Lang::Zh { "zh" } else { "en" }.to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// A diagnostic, in both languages: whoever reads it may not be who sent the request.
fn finding(it: &Diagnostic) -> Json {
    let place = it.place.as_ref().map(|it| json!({ "file": it.file, "line": it.line, "column": it.column }));
    json!({
        "code": it.code,
        "message": { "en": it.message.en, "zh": it.message.zh },
        "help": { "en": it.help.en, "zh": it.help.zh },
        "place": place,
    })
}
