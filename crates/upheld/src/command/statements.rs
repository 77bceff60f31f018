//! `upheld demo --out DIR`: four real agreements, settled over a month of shipped evidence.

use std::path::Path;

use diagnostic::Lang;
use evidence::SourceFile;
use serde_json::{Value, json};
use settle::Settlement;

use crate::arguments::{Format, Output, lang};
use crate::failure::Failure;
use crate::settlement::{Kept, Request, TextInputs, settlement};
use crate::{files, print};

/// One agreement with its month of evidence.
struct Show {
    name: &'static str,
    contract: &'static str,
    evidence: &'static str,
    plan: Option<&'static str>,
    tenant: &'static str,
}

const CYCLE: &str = "2026-10";

const SHOWS: [Show; 4] = [
    Show {
        name: "taimei",
        contract: include_str!("../../../../contracts/taimei.md"),
        evidence: include_str!("../../../../contracts/evidence/taimei.ndjson"),
        plan: None,
        tenant: "tenant-0042",
    },
    Show {
        name: "mwe",
        contract: include_str!("../../../../contracts/mwe.md"),
        evidence: include_str!("../../../../contracts/evidence/mwe.ndjson"),
        plan: Some("basic"),
        tenant: "northfield-clinic",
    },
    Show {
        name: "pingan-sms",
        contract: include_str!("../../../../contracts/pingan-sms.md"),
        evidence: include_str!("../../../../contracts/evidence/pingan-sms.ndjson"),
        plan: None,
        tenant: "app-1260",
    },
    Show {
        name: "websoft9",
        contract: include_str!("../../../../contracts/websoft9.md"),
        evidence: include_str!("../../../../contracts/evidence/websoft9.ndjson"),
        plan: Some("advanced"),
        tenant: "acme-shop",
    },
];

/// Runs the command.
pub(crate) fn run(out: &Path, output: &Output) -> Result<(), Failure> {
    let lang = lang(output.lang);
    let mut documents = Vec::new();
    for show in &SHOWS {
        let settled = settled(show)?;
        write(show, &settled, out)?;
        match output.format {
            Format::Json => documents.push(statement::json(&settled)),
            Format::Text => print::out(&format!("{}\n", statement::text(&settled, lang)))?,
        }
    }
    match output.format {
        Format::Json => print::json(&json!({ "statements": Value::Array(documents) })),
        Format::Text => print::out(&closing(out, lang)),
    }
}

fn evidence(show: &Show) -> Vec<SourceFile> {
    vec![SourceFile { name: format!("{}.ndjson", show.name), bytes: show.evidence.as_bytes().to_vec() }]
}

fn settled(show: &Show) -> Result<Settlement, Failure> {
    let file = format!("contracts/{}.md", show.name);
    let inputs = TextInputs {
        plan: show.plan.map(str::to_owned),
        tenant: Some(show.tenant.to_owned()),
        ..TextInputs::default()
    };
    let evidence = evidence(show);
    let request = Request {
        contract: (&file, show.contract),
        evidence: &evidence,
        cycle: CYCLE,
        inputs,
        kept: Kept::Listed,
    };
    settlement(&request).map(|it| it.settlement).map_err(|found| {
        print::diagnostics(&found, None, Lang::En);
        Failure::Fault(format!("the shipped example {} does not settle", show.name))
    })
}

/// Contract, evidence and statement, so that every command of the closing words can be tried.
fn write(show: &Show, settled: &Settlement, out: &Path) -> Result<(), Failure> {
    files::write(
        &out.join(format!("{}.html", show.name)),
        statement::html(settled, Some(show.contract)).as_bytes(),
    )?;
    files::write(&out.join(format!("{}.md", show.name)), show.contract.as_bytes())?;
    files::write(&out.join(format!("{}.ndjson", show.name)), show.evidence.as_bytes())
}

fn closing(out: &Path, lang: Lang) -> String {
    // The words must work as they stand, whether or not the program is installed.
    let program = std::env::args().next().unwrap_or_else(|| "upheld".to_owned());
    let out = out.display();
    let (open, next) = match lang {
        Lang::En => ("Open in a browser:", "Next: seal one, and check it as the other side would."),
        Lang::Zh => ("在浏览器中打开：", "接下来：封存一份结算单，再以对方的身份验证。"),
    };
    let mut text = format!("{open}\n");
    for show in &SHOWS {
        text.push_str(&format!("  {out}/{}.html\n", show.name));
    }
    text.push_str(&format!(
        "\n{next}\n  {program} settle {out}/mwe.md --cycle {CYCLE} --plan basic --evidence {out}/mwe.ndjson --seal {out}/mwe-sealed\n  {program} verify {out}/mwe-sealed\n"
    ));
    text
}
