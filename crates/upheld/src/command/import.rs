//! `upheld import`: receipts and records in volume, from files into a lake.
//!
//! What cannot be read or classified is counted by reason and left out; everything else is taken. Interrupted, it goes on
//! where what was read is safe; imported twice, nothing is counted twice.

pub(crate) mod apart;
mod beside;
mod feed;
mod lines;
mod parquet;
mod report;
mod source;
mod terms;
mod told;

use std::path::Path;

use diagnostic::Lang;
use evidence::FactSchema;
use formats::{Codes, Spot};
use lake::{ImportLimits, Importer, Preference, Standing};
use language::Contract;
use platform::annexes;

use crate::arguments::ImportFormat::{Aliyun, AliyunInternational, Baidu, Huawei, Tencent};
use crate::arguments::{ImportArguments, ImportFormat, lang};
use crate::failure::Failure;
use crate::open_lake::OpenLake;
use crate::{files, key, print};
use feed::Feed;
use report::Counted;
use source::Source;
use told::Told;

/// Runs the command.
pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let own = [Aliyun, AliyunInternational, Tencent, Huawei, Baidu, ImportFormat::Records];
    if arguments.zone.is_some() && own.contains(&arguments.source) {
        let why =
            "--zone is for SMPP, events and tables of your own; this format's times have a zone of their own";
        return Err(Failure::Usage(why.to_owned()));
    }
    let contract = contract(&arguments.contract, lang)?;
    let fact = fact(&contract, arguments.fact.as_deref())?;
    let codes = codes(arguments, fact, lang)?;
    let place = OpenLake::open(&arguments.lake, arguments.tenant.as_deref(), arguments.work.as_deref())?;
    // What an import that was killed left half written.
    place.lake().blobs.sweep().map_err(|it| failed(&it.into()))?;
    let phone_key = phone_key(arguments, &place)?;
    let standing = codes.as_ref().map_or_else(latest, annexes::standing);
    let target = place.target(&contract, fact, standing);
    let folder = work(arguments, &place)?.join(".import").join(lake::segment(&target.place.folder()));
    let terms = terms::of(arguments, codes.as_ref(), &phone_key);
    let lake = place.lake().clone();
    let opened = Importer::open_under(lake, target, folder, ImportLimits::default(), &terms);
    let mut importer = opened.map_err(|it| failed(&it))?;
    let mut open = None;
    if codes.is_some() {
        let target = beside::target(&place, &contract, fact);
        open = Some(beside::Open::of(&place, &target)?);
        importer = importer.beside(target);
    }
    if importer.began_anew() {
        eprintln!("{}", report::began_anew(lang));
    }
    let is_parquet = arguments.source == ImportFormat::Parquet;
    let sources = arguments.files.iter().map(|it| Source::find(it, is_parquet));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let (codes, open) = (codes.as_ref(), open.as_ref());
    let feed = Feed { contract: &contract, fact, codes, open, key: &phone_key, arguments };
    let mut counted = Counted::new(sources.iter().map(|it| it.size).sum(), lang);
    if let Err(why) = read(&feed, &sources, &mut importer, &mut counted) {
        // What was read is made safe, so that the same command goes on; why it ended is what matters.
        let _ = importer.checkpoint();
        return Err(why);
    }
    let begun = counted.finished_reading();
    let imported = importer.finish(now()?).map_err(|it| failed(&it))?;
    begun.clear();
    match arguments.output.format {
        crate::arguments::Format::Json => print::json(&report::json(&counted, &imported))?,
        crate::arguments::Format::Text => print::out(&report::text(&counted, &imported, lang))?,
    }
    if counted.rejected() == 0 { Ok(()) } else { Err(Failure::Text) }
}

/// Reads every file from where an interrupted import had come with it.
fn read(
    feed: &Feed<'_>,
    sources: &[Source],
    importer: &mut Importer,
    counted: &mut Counted,
) -> Result<(), Failure> {
    let reached = importer.reached().to_vec();
    for source in sources {
        let from = source.reached(&reached);
        if let Some(it) = from {
            eprintln!("{}", report::going_on(it, lang(feed.arguments.output.lang)));
        }
        match from.map(|it| (it, Told::parse(&it.told))) {
            Some((it, told)) if it.finished => counted.pass(source, told),
            Some((it, told)) => {
                let spot = Spot { line: it.line, offset: it.offset };
                feed.read(source, Some((spot, told)), importer, counted)?;
            }
            None => feed.read(source, None, importer, counted)?,
        }
    }
    Ok(())
}

fn contract(path: &Path, lang: Lang) -> Result<Contract, Failure> {
    let text = files::text(path)?;
    let (contract, found) = language::read(&path.display().to_string(), &text);
    contract.ok_or_else(|| {
        print::diagnostics(&found, Some(&text), lang);
        Failure::Text
    })
}

/// The fact that is meant: the one that was named, or the only one in volume.
fn fact<'c>(contract: &'c Contract, named: Option<&str>) -> Result<&'c FactSchema, Failure> {
    let facts: Vec<&FactSchema> = contract.schema.facts.iter().filter(|it| it.volume).collect();
    let names = || facts.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
    match (named, facts.as_slice()) {
        (_, []) => Err(Failure::Usage(
            "the contract has no fact in volume; write `fact NAME : event in volume { … }`".to_owned(),
        )),
        (Some(name), _) => {
            let found = facts.iter().find(|it| it.name == name).copied();
            found.ok_or_else(|| Failure::Usage(format!("--fact {name}: in volume there are {}", names())))
        }
        (None, [fact]) => Ok(fact),
        (None, _) => Err(Failure::Usage(format!("say which with --fact: {}", names()))),
    }
}

fn codes(arguments: &ImportArguments, fact: &FactSchema, lang: Lang) -> Result<Option<Codes>, Failure> {
    let Some(path) = &arguments.codes else {
        return match arguments.source {
            ImportFormat::Records => Ok(None),
            _ => Err(Failure::Usage(
                "receipts carry codes: name the annex that says what they mean with --codes FILE".to_owned(),
            )),
        };
    };
    let text = files::text(path)?;
    Codes::read(&path.display().to_string(), &text, fact).map(Some).map_err(|found| {
        for it in &found {
            let (message, help) = (it.fault.message(), it.fault.help());
            let place = format!("{}:{}:{}", it.place.file, it.place.line, it.place.column);
            match lang {
                Lang::En => eprintln!("error: {}\n  --> {place}\n  help: {}", message.en, help.en),
                Lang::Zh => eprintln!("错误：{}\n  --> {place}\n  建议：{}", message.zh, help.zh),
            }
        }
        Failure::Text
    })
}

/// Where rows under way are kept, for an import that is interrupted to go on.
fn work<'p>(arguments: &ImportArguments, place: &'p OpenLake) -> Result<&'p Path, Failure> {
    place.work().ok_or_else(|| {
        Failure::Usage(format!(
            "--lake {}: name a directory of this machine for rows under way with --work DIR",
            arguments.lake
        ))
    })
}

/// The key phone numbers are hidden with: the one named, or the lake's own, made when there is none. Object stores keep no
/// secrets.
fn phone_key(arguments: &ImportArguments, place: &OpenLake) -> Result<formats::Key, Failure> {
    if let (Some(path), Some(tenant)) = (&arguments.server_key, &arguments.tenant) {
        let secret = annexes::phone_secret(&key::signing_key(Some(path))?, tenant);
        return Ok(formats::Key::new(secret.as_bytes()));
    }
    let own = place.folder().map(|it| it.join("phone.key"));
    let named = arguments.phone_key.as_deref().or(own.as_deref());
    let path = named.ok_or_else(|| {
        Failure::Usage(format!(
            "--lake {}: name the file with the key that hides phone numbers with --phone-key FILE",
            arguments.lake
        ))
    })?;
    if Some(path) == own.as_deref() && !path.exists() {
        key::make_secret(path)?;
    }
    let text = files::text(path)?;
    if text.trim().len() < 32 {
        return Err(Failure::Usage(format!(
            "{}: a key of phone numbers has at least 32 characters",
            path.display()
        )));
    }
    Ok(formats::Key::new(text.trim().as_bytes()))
}

/// Without an annex, what is recorded last stands.
fn latest() -> Standing {
    Standing { preferences: vec![Preference::Latest] }
}

fn now() -> Result<timeline::Instant, Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok();
    let nanos = since.and_then(|it| i64::try_from(it.as_nanos()).ok());
    nanos
        .map(timeline::Instant::from_nanos)
        .ok_or_else(|| Failure::Fault("the clock is out of range".to_owned()))
}

fn failed(why: &lake::LakeError) -> Failure {
    Failure::Fault(why.to_string())
}
