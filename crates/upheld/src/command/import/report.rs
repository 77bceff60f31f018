//! What an import came to, while it runs and at its end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use diagnostic::{Bilingual, Lang};
use indicatif::{ProgressBar, ProgressStyle};
use lake::{Imported, Progress, RowError};
use serde_json::{Value, json};

use super::Tally;
use super::source::Source;

/// Reasons told apart; the rest is counted together.
const REASONS_MAX: usize = 200;

/// Counts while files are read.
pub(super) struct Counted {
    taken: u64,
    classes: Tally,
    rejects: BTreeMap<String, Rejected>,
    untold: u64,
    file: String,
    before: u64,
    here: u64,
    begun: Instant,
    bar: ProgressBar,
}

/// Why something was left out, how often, and where first.
struct Rejected {
    message: Bilingual,
    help: Bilingual,
    count: u64,
    file: String,
    line: u64,
}

impl Counted {
    /// `bytes`: of all files together.
    pub(super) fn new(bytes: u64) -> Counted {
        let bar = ProgressBar::new(bytes);
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Counted {
            taken: 0,
            classes: Tally::new(),
            rejects: BTreeMap::new(),
            untold: 0,
            file: String::new(),
            before: 0,
            here: 0,
            begun: Instant::now(),
            bar,
        }
    }

    /// Another file is read, from that byte on.
    pub(super) fn begin(&mut self, source: &Source, offset: u64) {
        self.file = source.path.display().to_string();
        self.before += self.here;
        self.here = source.size;
        self.at(offset);
    }

    /// A file of which everything is safe already.
    pub(super) fn pass(&mut self, source: &Source) {
        self.begin(source, source.size);
    }

    /// The file was read up to that byte.
    pub(super) fn at(&mut self, offset: u64) {
        self.bar.set_position(self.before + offset.min(self.here));
        self.bar.set_message(format!(
            "{} taken, {}/s, {} rejected",
            grouped(self.taken),
            grouped(self.rate()),
            grouped(self.rejected())
        ));
    }

    /// A row was taken, of that class by the annex.
    pub(super) fn take(&mut self, class: Option<&str>) {
        self.taken += 1;
        let Some(class) = class else { return };
        match self.classes.get_mut(class) {
            Some(count) => *count += 1,
            None => {
                self.classes.insert(class.to_owned(), 1);
            }
        }
    }

    /// A row was refused by the lake.
    pub(super) fn refuse(&mut self, why: &RowError, file: &str, line: u64) {
        let message = Bilingual::new(why.to_string(), format!("该记录无法存入数据湖：{why}"));
        let help = Bilingual::new("mend the record and import it again", "请修正该记录后重新导入");
        self.reject(&message, &help, file, line);
    }

    /// Something was left out. An empty file is the one being read.
    pub(super) fn reject(&mut self, message: &Bilingual, help: &Bilingual, file: &str, line: u64) {
        if let Some(known) = self.rejects.get_mut(&message.en) {
            known.count += 1;
        } else if self.rejects.len() < REASONS_MAX {
            let file = if file.is_empty() { self.file.clone() } else { file.to_owned() };
            let (message, help) = (message.clone(), help.clone());
            self.rejects.insert(message.en.clone(), Rejected { message, help, count: 1, file, line });
        } else {
            self.untold += 1;
        }
    }

    /// More was left out than is told.
    pub(super) fn rejects_untold(&mut self, count: u64) {
        self.untold += count;
    }

    /// How much was left out.
    pub(super) fn rejected(&self) -> u64 {
        self.rejects.values().map(|it| it.count).sum::<u64>() + self.untold
    }

    /// Says that files are laid out now; the bar is to be cleared when that is done.
    pub(super) fn finished_reading(&self) -> Clearing {
        self.bar.set_message("laying out the days …");
        self.bar.tick();
        Clearing(self.bar.clone())
    }

    fn rate(&self) -> u64 {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        self.taken.saturating_mul(1_000) / millis
    }
}

/// The bar, to be taken away.
pub(super) struct Clearing(ProgressBar);

impl Clearing {
    /// Takes it away.
    pub(super) fn clear(self) {
        self.0.finish_and_clear();
    }
}

/// That an interrupted import goes on.
pub(super) fn going_on(from: &Progress, lang: Lang) -> String {
    let Progress { source, line, .. } = from;
    match (lang, from.finished) {
        (Lang::En, true) => format!("{source} was read before the interruption"),
        (Lang::Zh, true) => format!("{source} 在中断前已读完"),
        (Lang::En, false) => format!("going on with {source} at line {line}"),
        (Lang::Zh, false) => format!("从 {source} 第 {line} 行继续"),
    }
}

/// For people.
pub(super) fn text(counted: &Counted, imported: &Imported, lang: Lang) -> String {
    let mut out = String::new();
    let days = imported.days.len();
    let seconds = counted.begun.elapsed().as_secs();
    let (copies, superseded) = (grouped(imported.copies), grouped(imported.superseded));
    let (taken, rejected) = (grouped(counted.taken), grouped(counted.rejected()));
    // Writing into a string does not fail.
    let _ = match lang {
        Lang::En => writeln!(
            out,
            "{taken} taken in {seconds} s, over {days} days; {copies} copies and {superseded} superseded among them; {rejected} rejected"
        ),
        Lang::Zh => writeln!(
            out,
            "{seconds} 秒内导入 {taken} 条，涉及 {days} 天；其中重复 {copies} 条、被取代 {superseded} 条；拒收 {rejected} 条"
        ),
    };
    for (class, count) in &counted.classes {
        let _ = writeln!(out, "  {class:<24} {:>14}", grouped(*count));
    }
    for it in counted.rejects.values() {
        let (message, help) = match lang {
            Lang::En => (&it.message.en, &it.help.en),
            Lang::Zh => (&it.message.zh, &it.help.zh),
        };
        let first = match lang {
            Lang::En => "first at",
            Lang::Zh => "首次见于",
        };
        let _ =
            writeln!(out, "{} × {message}\n    {first} {}:{}; {help}", grouped(it.count), it.file, it.line);
    }
    if counted.untold > 0 {
        let _ = match lang {
            Lang::En => writeln!(out, "{} × for further reasons", grouped(counted.untold)),
            Lang::Zh => writeln!(out, "{} × 其他原因", grouped(counted.untold)),
        };
    }
    out
}

/// For programs.
pub(super) fn json(counted: &Counted, imported: &Imported) -> Value {
    let reject = |it: &Rejected| {
        json!({
            "count": it.count, "file": it.file, "line": it.line,
            "message": it.message.en, "message_zh": it.message.zh, "help": it.help.en, "help_zh": it.help.zh,
        })
    };
    json!({
        "taken": counted.taken,
        "copies": imported.copies,
        "superseded": imported.superseded,
        "rejected": counted.rejected(),
        "days": imported.days.len(),
        "classes": counted.classes,
        "rejects": counted.rejects.values().map(reject).collect::<Vec<_>>(),
    })
}

/// Digits in groups of three.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!(
            [0, 999, 1_000, 50_000_000].map(grouped),
            ["0", "999", "1,000", "50,000,000"].map(str::to_owned)
        );
    }
}
