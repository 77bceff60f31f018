//! Evidence as a file or pasted text: looked at first, kept only then, and what became of each line said.

use ::evidence::Shape;
use askama::Template;
use platform::intake::{self, BODY_BYTES_MAX, Body, Problem, Receipt};
use platform::principal::Principal;
use platform::rights::{Resource, Verb};
use platform::stream::Stream;
use platform::{Failure, Platform, Refusal};
use web::{Parts, Reply, Route};

use super::{Head, Row, head, open, place, row};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::page::{Answer, page, prepared_answer};
use crate::view::View;

const PATH: &str = "/customers/{tenant}/subscriptions/{subscription}/evidence/import";
/// Records of a preview.
const SHOWN: usize = 100;
/// The largest body that is carried from the preview to the import within the page.
const CARRIED_BYTES_MAX: usize = 2 << 20;
/// What a form around the body takes.
const FORM_BYTES: usize = 4 << 20;

#[derive(Template)]
#[template(path = "evidence/import.html")]
struct Form {
    frame: Frame,
    head: Head,
    text: String,
    shape: String,
    facts: Vec<Fact>,
    example: String,
}

/// A fact of the contract, for those who write a file.
struct Fact {
    name: String,
    kind: &'static str,
    columns: String,
}

#[derive(Template)]
#[template(path = "evidence/looked.html")]
struct Looked {
    frame: Frame,
    head: Head,
    /// Kept already, or only looked at.
    is_kept: bool,
    taken: String,
    known: String,
    refused: String,
    can_keep: bool,
    errors: Vec<Wrong>,
    warnings: Vec<Wrong>,
    lines: Vec<Line>,
    more: String,
    carried: Option<String>,
    shape: String,
    atomic: bool,
    batch: String,
}

/// What is wrong at a place.
struct Wrong {
    line: u64,
    column: u64,
    code: String,
    message: String,
    help: String,
    text: String,
}

/// A record and its line.
struct Line {
    number: u32,
    row: Row,
}

/// A body with how it was sent.
#[derive(Clone)]
struct Sent {
    bytes: Vec<u8>,
    shape: &'static str,
    atomic: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page(PATH, "importPage", |view| {
        let tenant = view.id("tenant");
        if !view.may_in(tenant, Resource::Evidence, Verb::Create) {
            return Err(forbidden());
        }
        let head = head(view, "import")?;
        let records = open(view)?;
        let title = view.w.evidence_import();
        let page = Form {
            text: view.filled("text", ""),
            shape: view.filled("shape", ""),
            facts: facts(view, &records.published.contract.schema),
            example: example(&records.published.contract.schema),
            head,
            frame: Frame::new(view, title, place(view))?,
        };
        view.html(&page)
    });
    let media: &[&str] = &["multipart/form-data"];
    let send = prepared_answer(PATH, "importForm", (media, BODY_BYTES_MAX + FORM_BYTES), prepare);
    vec![show, send]
}

fn forbidden() -> Failure {
    Refusal::new(
        platform::RefusalKind::Forbidden,
        "your role may look at evidence, not send any",
        "您的角色可以查看证据，不能提交证据",
    )
    .into()
}

fn prepare(platform: &Platform, who: &Principal, parts: &Parts, fields: Fields) -> Result<Answer, Failure> {
    let sent = Sent::read(&fields)?;
    let stream = Stream::Subscription {
        tenant: parts.id("tenant").to_owned(),
        id: parts.id("subscription").to_owned(),
    };
    if fields.text("step") == "keep" {
        let opened = platform.read(|platform, tx| intake::open(platform, tx, who, &stream))?;
        let prepared = intake::secure(platform, who, intake::prepare(opened, who, sent.body())?)?;
        return Ok(Box::new(move |view| {
            let receipt = intake::commit(view.platform, view.tx, view.who, prepared)?;
            looked(view, &sent, receipt, Vec::new(), true)
        }));
    }
    let reply = platform.read(|platform, tx| {
        let view = &mut View::new(platform, tx, who, parts);
        let outlook = intake::look(view.platform, view.tx, who, &stream, (sent.body(), SHOWN))?;
        let (head, zone) = (head(view, "import")?, super::zone(view)?);
        let show = view.show(&zone);
        let lines = outlook
            .records
            .iter()
            .map(|(number, it)| Line { number: *number, row: row(view, &head, &show, it, false) });
        let lines = lines.collect();
        looked(view, &sent, outlook.receipt, lines, false)
    })?;
    Ok(Box::new(move |_| Ok(reply)))
}

fn looked(
    view: &mut View<'_, '_>,
    sent: &Sent,
    receipt: Receipt,
    lines: Vec<Line>,
    is_kept: bool,
) -> Result<Reply, Failure> {
    let w = view.w;
    let head = head(view, "import")?;
    let show = view.show(&calendar::Zone::utc());
    let number = |it: u64| show.count(i64::try_from(it).unwrap_or(i64::MAX));
    let text = String::from_utf8_lossy(&sent.bytes);
    let written: Vec<&str> = text.lines().collect();
    let zh = view.lang == diagnostic::Lang::Zh;
    let wrong = |it: &Problem| Wrong {
        line: it.line,
        column: it.column,
        code: it.code.clone(),
        message: if zh { it.message.zh.clone() } else { it.message.en.clone() },
        help: if zh { it.help.zh.clone() } else { it.help.en.clone() },
        text: excerpt(&written, it.line),
    };
    let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let rest = receipt.accepted.saturating_sub(shown);
    let carries =
        !is_kept && sent.bytes.len() <= CARRIED_BYTES_MAX && std::str::from_utf8(&sent.bytes).is_ok();
    let can_keep = receipt.accepted > 0 && !(sent.atomic && receipt.refused > 0);
    let title = if is_kept { w.evidence_imported() } else { w.evidence_preview() };
    let page = Looked {
        is_kept,
        taken: number(receipt.accepted),
        known: number(receipt.duplicates),
        refused: number(receipt.refused),
        can_keep,
        errors: receipt.rejected.iter().map(wrong).collect(),
        warnings: receipt.warnings.iter().map(wrong).collect(),
        more: if is_kept || rest == 0 {
            String::new()
        } else {
            w.evidence_more_lines(i64::try_from(rest).unwrap_or(i64::MAX))
        },
        lines,
        carried: carries.then(|| text.clone().into_owned()),
        shape: sent.shape.to_owned(),
        atomic: sent.atomic,
        batch: receipt.batch.map_or_else(String::new, |it| {
            w.evidence_batch_kept(show.count(it), receipt.sha256.unwrap_or_default())
        }),
        head,
        frame: Frame::new(view, title, place(view))?,
    };
    view.html(&page)
}

/// The line something is wrong with, cut to a width.
fn excerpt(written: &[&str], line: u64) -> String {
    let at = usize::try_from(line).unwrap_or(0).saturating_sub(1);
    let text = written.get(at).copied().unwrap_or_default();
    let cut: String = text.chars().take(160).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

impl Sent {
    /// The file that was chosen, or else what was pasted.
    fn read(fields: &Fields) -> Result<Self, Failure> {
        let file = fields.file("file");
        let bytes = file.map_or_else(|| fields.lines("text").into_bytes(), |it| it.bytes.to_vec());
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Refusal::invalid("choose a file or paste records", "请选择文件或粘贴记录").into());
        }
        let name = file.map_or("", |it| it.name.as_str()).to_ascii_lowercase();
        let begins = bytes.iter().find(|it| !it.is_ascii_whitespace() && **it < 0x80);
        let shape = match fields.text("shape") {
            "csv" => "csv",
            "ndjson" => "ndjson",
            "json" => "json",
            _ if name.ends_with(".csv") => "csv",
            _ if begins == Some(&b'[') => "json",
            _ if begins == Some(&b'{') => "ndjson",
            _ => "csv",
        };
        Ok(Self { bytes, shape, atomic: fields.given("atomic").is_some() })
    }

    fn body(&self) -> Body {
        let shape = match self.shape {
            "csv" => Shape::Csv,
            "json" => Shape::Json,
            _ => Shape::Lines,
        };
        Body { shape, bytes: self.bytes.clone(), atomic: self.atomic }
    }
}

fn facts(view: &View<'_, '_>, schema: &::evidence::Schema) -> Vec<Fact> {
    let fact = |it: &::evidence::FactSchema| {
        let times: &[&str] =
            if it.kind == ::evidence::FactKind::Event { &["at"] } else { &["from", "until"] };
        let own = it
            .attributes
            .iter()
            .map(|it| if it.optional { format!("{}?", it.name) } else { it.name.clone() });
        let all: Vec<String> = times.iter().map(|it| (*it).to_owned()).chain(own).collect();
        Fact {
            name: it.name.clone(),
            kind: match it.kind {
                ::evidence::FactKind::Span => view.w.evidence_kind_span(),
                ::evidence::FactKind::Event => view.w.evidence_kind_event(),
                ::evidence::FactKind::Request => view.w.evidence_kind_request(),
            },
            columns: all.join(", "),
        }
    };
    schema.facts.iter().map(fact).collect()
}

/// A line as it could be sent.
fn example(schema: &::evidence::Schema) -> String {
    let Some(fact) =
        schema.facts.iter().find(|it| it.kind == ::evidence::FactKind::Span).or(schema.facts.first())
    else {
        return String::new();
    };
    let times = match fact.kind {
        ::evidence::FactKind::Event => "\"at\":\"2026-11-22T09:00:00+08:00\"",
        _ => "\"from\":\"2026-11-22T09:00:00+08:00\",\"until\":\"2026-11-22T09:22:00+08:00\"",
    };
    format!("{{\"fact\":\"{}\",\"id\":\"a-1\",{times}}}", fact.name)
}
