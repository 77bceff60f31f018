//! What either side does about a claim: one form for each act, all sent to the claim's own address.

use platform::claims::{self, Answer, Appeal, AppealVerdict, Decide, DecideAppeal, Named, Question, Verdict};
use platform::money::Money;
use platform::{Failure, Refusal, files};
use web::Route;

use crate::fields::Fields;
use crate::page::{Rest, To, with_file};
use crate::view::View;

pub(super) fn routes() -> Vec<Route> {
    vec![with_file("/customers/{tenant}/claims/{claim}", "claimAct", |_, _, _, fields| {
        let file =
            fields.file("file").map(|it| files::prepare(&it.name, &it.media, &it.bytes)).transpose()?;
        let rest: Rest = Box::new(move |view| {
            let (tenant, id) = (view.id("tenant"), view.id("claim"));
            let to = To::page(format!("/customers/{tenant}/claims/{id}"));
            if fields.text("act") == "attach" {
                let file = file.ok_or_else(no_file)?;
                claims::attach(view.tx, view.who, tenant, id, file)?;
                return Ok(to.saying("saved"));
            }
            let done = act(view, &fields, (tenant, id))?;
            if let Some(file) = file {
                claims::attach(view.tx, view.who, tenant, id, file)?;
            }
            Ok(to.saying(done))
        });
        Ok(rest)
    })]
}

fn no_file() -> Refusal {
    Refusal::invalid("choose a file first", "请先选择文件")
}

/// Does it; what the page says of it.
fn act(
    view: &mut View<'_, '_>,
    fields: &Fields,
    (tenant, id): (&str, &str),
) -> Result<&'static str, Failure> {
    let named = Named { tenant, id, expected: fields.text("revision").parse().ok() };
    let (platform, who) = (view.platform, view.who);
    let tx = &mut *view.tx;
    match fields.text("act") {
        "take_up" => claims::take_up(platform, tx, who, named).map(|_| "saved"),
        "ask" => {
            let question = Question { question: fields.text("question").to_owned() };
            claims::request_information(platform, tx, who, named, &question).map(|_| "sent")
        }
        "supply" => {
            let answer = Answer { fields: answers(fields) };
            claims::supply(platform, tx, who, named, answer).map(|_| "sent")
        }
        "accept" => decide(view, fields, named, Verdict::Accept),
        "part" => decide(view, fields, named, Verdict::Part),
        "reject" => decide(view, fields, named, Verdict::Reject),
        "accept_award" => claims::accept_award(platform, tx, who, named).map(|_| "saved"),
        "appeal" => {
            let appeal = Appeal { grounds: fields.text("grounds").to_owned() };
            claims::appeal(platform, tx, who, named, &appeal).map(|_| "sent")
        }
        "uphold" => decide_appeal(view, fields, named, AppealVerdict::Uphold),
        "reject_appeal" => decide_appeal(view, fields, named, AppealVerdict::Reject),
        "withdraw" => claims::withdraw(platform, tx, who, named).map(|_| "withdrawn"),
        _ => Err(Refusal::invalid("nothing was chosen", "未选择任何操作").into()),
    }
}

/// What was asked for, and further words under a name of their own.
fn answers(fields: &Fields) -> std::collections::BTreeMap<String, String> {
    let mut all = fields.beginning("field-");
    if let Some(answer) = fields.given("answer") {
        all.insert("Answer ／ 答复".to_owned(), answer.to_owned());
    }
    all
}

fn decide(
    view: &mut View<'_, '_>,
    fields: &Fields,
    named: Named<'_>,
    verdict: Verdict,
) -> Result<&'static str, Failure> {
    let amount = if verdict == Verdict::Reject { None } else { amount(fields)? };
    if verdict == Verdict::Part && amount.is_none() && fields.given("in_kind").is_none() {
        return Err(Refusal::invalid("say how much of it is awarded", "请写明给予的金额").into());
    }
    let in_kind = fields.given("in_kind").map(str::to_owned);
    let input = Decide { verdict, amount, in_kind, reason: fields.text("reason").to_owned() };
    claims::decide(view.platform, view.tx, view.who, named, &input).map(|_| "decided")
}

fn decide_appeal(
    view: &mut View<'_, '_>,
    fields: &Fields,
    named: Named<'_>,
    verdict: AppealVerdict,
) -> Result<&'static str, Failure> {
    let amount = if verdict == AppealVerdict::Reject { None } else { amount(fields)? };
    let in_kind = fields.given("in_kind").map(str::to_owned);
    let input = DecideAppeal { verdict, amount, in_kind, reason: fields.text("reason").to_owned() };
    claims::decide_appeal(view.platform, view.tx, view.who, named, &input).map(|_| "decided")
}

/// The amount with the currency beside it, or with the one written in it; nothing when it was left empty.
pub(crate) fn amount(fields: &Fields) -> Result<Option<Money>, Refusal> {
    let Some(text) = fields.given("amount") else { return Ok(None) };
    let number = text.replace([',', '，'], "");
    let number = number.trim();
    let has_code = number.contains(' ');
    let whole = if has_code { number.to_owned() } else { format!("{number} {}", fields.text("currency")) };
    Money::parse(&whole).map(Some)
}
