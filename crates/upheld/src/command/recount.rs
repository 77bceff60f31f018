//! `upheld recount`: a sealed statement against the records in volume it rests on, every row read again.

use diagnostic::{Bilingual, Diagnostic, Lang, Severity};
use evidence::Partition;
use lake::Layout;
use language::Contract;
use serde_json::{Value, json};
use timeline::{Instant, Interval};

use crate::arguments::{Format, RecountArguments, lang};
use crate::command::verify;
use crate::failure::Failure;
use crate::open_lake::{OpenLake, unreadable};
use crate::{files, key, print, volume};

/// What was counted.
#[derive(Default)]
struct Found {
    files: usize,
    rows: u64,
    questions: usize,
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
            "findings": found.findings.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
        }))?,
        Format::Text if found.findings.is_empty() => {
            print::out(&praise(&found, !arguments.skip_contents, lang))?
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
    let lake = OpenLake::find(&arguments.lake, tenant.as_deref())?;
    found.questions = told.answers.len();
    match held(&lake, &contract, &told.partitions) {
        Err(it) => found.findings.push(it),
        Ok(entries) => recounted(&lake, &contract, entries, !arguments.skip_contents, &mut found)?,
    }
    if found.findings.is_empty() {
        let asked = verify::recomputed_with(opened, &lake);
        match asked {
            Ok(again) => {
                found.findings.extend(told.answers.differing(&again.answers).first().map(|it| answer(it)))
            }
            Err(it) => found.findings.push(*it),
        }
    }
    Ok(found)
}

/// The files that hold exactly the partitions the statement names.
fn held(
    lake: &OpenLake,
    contract: &Contract,
    partitions: &[Partition],
) -> Result<Vec<lake::FileEntry>, Diagnostic> {
    let ever = Interval::new(Instant::MIN, Instant::MAX);
    let ever = ever.ok_or_else(|| other("no time at all"))?;
    let standing = lake.entries(contract, ever, None).map_err(|it| unreadable(&it))?;
    let mut held = Vec::new();
    for partition in partitions {
        let fits = |it: &&lake::FileEntry| {
            it.content == partition.content && it.rows == partition.rows && it.place.fact == partition.fact
        };
        let entry = standing.iter().find(fits);
        held.push(entry.cloned().ok_or_else(|| other(&partition.line()))?);
    }
    Ok(held)
}

fn recounted(
    lake: &OpenLake,
    contract: &Contract,
    entries: Vec<lake::FileEntry>,
    with_contents: bool,
    found: &mut Found,
) -> Result<(), Failure> {
    for fact in contract.schema.facts.iter().filter(|it| it.volume) {
        let of_fact: Vec<lake::FileEntry> =
            entries.iter().filter(|it| it.place.fact == fact.name).cloned().collect();
        let (blobs, layout) = (&lake.lake().blobs, Layout::of(fact));
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
