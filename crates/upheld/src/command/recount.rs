//! `upheld recount`: a sealed statement against the records in volume it rests on, every row read again.

use std::sync::Arc;

use diagnostic::{Bilingual, Diagnostic, Lang, Severity};
use evidence::Partition;
use lake::{FileEntry, Layout};
use language::Contract;
use serde_json::{Value, json};
use timeline::{Instant, Interval};

use crate::arguments::{Format, RecountArguments, lang};
use crate::command::verify;
use crate::failure::Failure;
use crate::open_lake::{HeldFiles, OpenLake, unreadable};
use crate::{files, key, print, volume};

/// What was counted.
#[derive(Default)]
struct Found {
    files: usize,
    rows: u64,
    questions: usize,
    /// The days the statement rests on hold more records now, which change no answer.
    came_later: bool,
    findings: Vec<Diagnostic>,
}

/// Runs the command.
pub(crate) fn run(arguments: &RecountArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let trust =
        proof::Trust { seal: key::public("--key", arguments.key.as_deref())?, ..proof::Trust::default() };
    let found = match proof::open_trusting(files::tree(&arguments.dir)?, &trust) {
        Ok(opened) => counted(&opened, arguments)?,
        Err(findings) => {
            Found { findings: findings.iter().map(proof::Finding::diagnostic).collect(), ..Found::default() }
        }
    };
    match arguments.output.format {
        Format::Json => print::json(&json!({
            "ok": found.findings.is_empty(),
            "files": found.files,
            "rows": found.rows,
            "questions": found.questions,
            "contents": !arguments.skip_contents,
            "came_later": found.came_later,
            "findings": found.findings.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
        }))?,
        Format::Text if found.findings.is_empty() => {
            print::out(&praise(&found, !arguments.skip_contents, lang))?;
            if found.came_later {
                print::out(came_later(lang))?;
            }
        }
        Format::Text => print::diagnostics(&found.findings, None, lang),
    }
    if found.findings.is_empty() { Ok(()) } else { Err(Failure::Text) }
}

fn praise(found: &Found, with_contents: bool, lang: Lang) -> String {
    let Found { files, rows, questions, .. } = found;
    match lang {
        Lang::En if !with_contents => format!(
            "counted again: {rows} rows in {files} files are what the counters say; their contents were not looked at\n               all {questions} answers follow from them, and so does the statement, to the byte\n"
        ),
        Lang::Zh if !with_contents => format!(
            "重新计数：{files} 个文件中的 {rows} 行与计数器一致；未核对其内容摘要\n          全部 {questions} 个答案由其得出，对账单逐字节一致\n"
        ),
        Lang::En => format!(
            "counted again: {rows} rows in {files} files are those the statement names\n               all {questions} answers follow from them, and so does the statement, to the byte\n"
        ),
        Lang::Zh => format!(
            "重新计数：{files} 个文件中的 {rows} 行正是对账单所列\n          全部 {questions} 个答案由其得出，对账单逐字节一致\n"
        ),
    }
}

fn came_later(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "               records came later on its days; they change no answer\n",
        Lang::Zh => "          之后这些日期又有记录到来，但不改变任何答案\n",
    }
}

fn counted(opened: &proof::Opened, arguments: &RecountArguments) -> Result<Found, Failure> {
    let mut found = Found::default();
    let told = match volume::told(opened.files()) {
        Ok(Some(told)) => told,
        Ok(None) => {
            return Err(Failure::Usage(
                "the package rests on no records in volume; `upheld verify` checks all of it".to_owned(),
            ));
        }
        Err(it) => {
            found.findings.push(it);
            return Ok(found);
        }
    };
    let text = opened.file("contract.md").map(String::from_utf8_lossy).unwrap_or_default();
    let (Some(mut contract), _) = language::read("contract.md", &text) else {
        return Err(Failure::Fault(
            "contract.md of the package cannot be read; run `upheld verify`".to_owned(),
        ));
    };
    contract.schema.facts.extend(volume::named_beside(&contract, &told.partitions));
    let statement: Value =
        opened.file("statement.json").and_then(|it| serde_json::from_slice(it).ok()).unwrap_or(Value::Null);
    let tenant = arguments
        .tenant
        .clone()
        .or_else(|| statement.pointer("/inputs/tenant").and_then(Value::as_str).map(str::to_owned));
    let lake = OpenLake::find_listed(&arguments.lake, tenant.as_deref())?;
    found.questions = told.answers.len();
    let held = match &lake {
        Some(lake) => held(lake, &contract, &told.partitions),
        None => {
            HeldFiles::found(&arguments.lake, tenant.as_deref(), &told.partitions)?.map_err(|it| other(&it))
        }
    };
    let held = match held {
        Ok(it) => it,
        Err(it) => {
            found.findings.push(it);
            return Ok(found);
        }
    };
    recounted(&held, &contract, !arguments.skip_contents, &mut found)?;
    if found.findings.is_empty() {
        let asked = verify::recomputed_with(opened, &held);
        match asked {
            Ok(again) => {
                found.findings.extend(told.answers.differing(&again.answers).first().map(|it| answer(it)))
            }
            Err(it) => found.findings.push(*it),
        }
    }
    // Only where something knows which files stand now is it known what came later.
    if let (true, Some(lake)) = (found.findings.is_empty(), &lake) {
        match verify::asked_of(opened, lake) {
            Ok(now) => {
                found.came_later = now.partitions != told.partitions;
                found.findings.extend(told.answers.differing(&now.answers).first().map(|it| later(it)));
            }
            Err(it) => found.findings.push(*it),
        }
    }
    Ok(found)
}

/// The files that hold exactly the partitions the statement names, and nothing else: also those that stand no longer, because
/// the last day in UTC of a month in local time holds records of the next month too, and those come later.
fn held(lake: &OpenLake, contract: &Contract, partitions: &[Partition]) -> Result<HeldFiles, Diagnostic> {
    let ever = Interval::new(Instant::MIN, Instant::MAX).ok_or_else(|| other("no time at all"))?;
    let standing = lake.entries(contract, ever, None).map_err(|it| unreadable(&it))?;
    let superseded = lake.superseded(contract).map_err(|it| unreadable(&it))?;
    let mut entries = Vec::new();
    for partition in partitions {
        let holds = |it: &&FileEntry| {
            it.content == partition.content
                && it.rows == partition.rows
                && it.day.date() == Some(partition.day)
                && it.place.fact == partition.fact
        };
        let entry = standing.iter().chain(&superseded).find(holds);
        entries.push(entry.cloned().ok_or_else(|| other(&partition.line()))?);
    }
    Ok(HeldFiles { blobs: Arc::clone(&lake.lake().blobs), entries })
}

fn recounted(
    held: &HeldFiles,
    contract: &Contract,
    with_contents: bool,
    found: &mut Found,
) -> Result<(), Failure> {
    for fact in contract.schema.facts.iter().filter(|it| it.volume) {
        let of_fact: Vec<FileEntry> =
            held.entries.iter().filter(|it| it.place.fact == fact.name).cloned().collect();
        let (blobs, layout) = (&held.blobs, Layout::of(fact));
        let fault = |it: lake::LakeError| Failure::Fault(it.to_string());
        let mut again = lake::recount(blobs, &of_fact, &layout).map_err(fault)?;
        if with_contents && again.differences.is_empty() {
            again.differences = lake::contents(blobs, &of_fact, &layout).map_err(fault)?;
        }
        found.files += again.files;
        found.rows += again.rows;
        found.findings.extend(again.differences.iter().map(|it| answer(&it.to_string())));
    }
    Ok(())
}

fn other(partition: &str) -> Diagnostic {
    Diagnostic::new(
        "P0205",
        Severity::Error,
        Bilingual::new(
            format!("the lake does not hold the records the statement names: {partition}"),
            format!("数据湖中没有对账单所列的记录：{partition}"),
        ),
        Bilingual::new(
            "ask for the lake as it was, or for the statement that superseded this one",
            "请索取当时的数据湖，或取代本对账单的新对账单",
        ),
    )
}

fn later(question: &str) -> Diagnostic {
    Diagnostic::new(
        "P0205",
        Severity::Error,
        Bilingual::new(
            format!(
                "records came later that change an answer; what the statement rests on is as it says: {question}"
            ),
            format!("之后到来的记录改变了一个答案；对账单所依据的记录本身无误：{question}"),
        ),
        Bilingual::new(
            "settle again, or ask for the statement that superseded this one",
            "请重新结算，或索取取代本对账单的新对账单",
        ),
    )
}

fn answer(what: &str) -> Diagnostic {
    Diagnostic::new(
        "P0206",
        Severity::Error,
        Bilingual::new(format!("counted again, this differs: {what}"), format!("重新计数后不同：{what}")),
        Bilingual::new(
            "the statement does not follow from these records; ask the provider",
            "对账单与这些记录不符；请联系服务方",
        ),
    )
}
