//! What an import came to, while it runs and at its end.

use std::fmt::Write;
use std::time::Instant;

use diagnostic::{Bilingual, Lang};
use indicatif::{ProgressBar, ProgressStyle};
use lake::{Imported, Progress, RowError};
use serde_json::{Value, json};

use super::source::Source;
use super::told::{Rejected, Told};

/// Counts while files are read.
pub(super) struct Counted {
    /// Of the files before this one.
    before: Told,
    /// Of the file being read.
    here: Told,
    file: String,
    bytes_before: u64,
    bytes_here: u64,
    begun: Instant,
    bar: ProgressBar,
    lang: Lang,
}

impl Counted {
    /// `bytes`: of all files together.
    pub(super) fn new(bytes: u64, lang: Lang) -> Counted {
        let bar = ProgressBar::new(bytes);
        let template = match lang {
            Lang::En => "{bar:24} {percent:>3} %  {msg}  {eta} left",
            Lang::Zh => "{bar:24} {percent:>3} %  {msg}  剩余 {eta}",
        };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Counted {
            before: Told::default(),
            here: Told::default(),
            file: String::new(),
            bytes_before: 0,
            bytes_here: 0,
            begun: Instant::now(),
            bar,
            lang,
        }
    }

    /// Another file is read, from that byte on; what was told of it up to there.
    pub(super) fn begin(&mut self, source: &Source, offset: u64, told: Told) {
        self.file = source.path.display().to_string();
        self.bytes_before += self.bytes_here;
        self.bytes_here = source.size;
        self.before.add(&std::mem::replace(&mut self.here, told));
        self.at(offset);
    }

    /// A file of which everything is safe already.
    pub(super) fn pass(&mut self, source: &Source, told: Told) {
        self.begin(source, source.size, told);
    }

    /// What became of the file being read.
    pub(super) fn told(&self) -> String {
        self.here.text()
    }

    /// The file was read up to that byte.
    pub(super) fn at(&mut self, offset: u64) {
        self.bar.set_position(self.bytes_before + offset.min(self.bytes_here));
        let [taken, rate, rejected] =
            [self.before.taken + self.here.taken, self.rate(), self.rejected()].map(grouped);
        self.bar.set_message(match self.lang {
            Lang::En => format!("{taken} taken, {rate}/s, {rejected} rejected"),
            Lang::Zh => format!("已导入 {taken} 条，每秒 {rate} 条，拒收 {rejected} 条"),
        });
    }

    /// A row was taken, of that class by the annex.
    pub(super) fn take(&mut self, class: Option<&str>) {
        self.here.take(class);
    }

    /// A row was refused by the lake.
    pub(super) fn refuse(&mut self, why: &RowError, line: u64) {
        let help = Bilingual::new("mend the record and import it again", "请修正该记录后重新导入");
        self.reject(&refusal(why), &help, line);
    }

    /// Something of the file being read was left out.
    pub(super) fn reject(&mut self, message: &Bilingual, help: &Bilingual, line: u64) {
        self.here.reject(&message.en, message, help, &self.file, line);
    }

    /// The same where messages quote what they are about, so that the reason is named apart.
    pub(super) fn reject_as(&mut self, reason: &str, message: &Bilingual, help: &Bilingual, line: u64) {
        self.here.reject(reason, message, help, &self.file, line);
    }

    /// More was left out than is told.
    pub(super) fn rejects_untold(&mut self, count: u64) {
        self.here.untold += count;
    }

    /// How much was left out.
    pub(super) fn rejected(&self) -> u64 {
        self.before.rejected() + self.here.rejected()
    }

    /// Everything that was told, once all is read.
    pub(super) fn all(&self) -> Told {
        let mut all = self.before.clone();
        all.add(&self.here);
        all
    }

    /// Says that files are laid out now; the bar is to be cleared when that is done.
    pub(super) fn finished_reading(&self) -> Clearing {
        self.bar.set_message(match self.lang {
            Lang::En => "laying out the days …",
            Lang::Zh => "正在按日存放 …",
        });
        self.bar.tick();
        Clearing(self.bar.clone())
    }

    fn rate(&self) -> u64 {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        (self.before.taken + self.here.taken).saturating_mul(1_000) / millis
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
    let told = counted.all();
    let (taken, rejected) = (grouped(told.taken), grouped(told.rejected()));
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
    for (class, count) in &told.classes {
        let _ = writeln!(out, "  {class:<24} {:>14}", grouped(*count));
    }
    for it in told.rejects.values() {
        let in_lang = |it: &[String; 2]| match (lang, it) {
            (Lang::En, [en, _]) => en.clone(),
            (Lang::Zh, [_, zh]) => zh.clone(),
        };
        let (message, help) = (in_lang(&it.message), in_lang(&it.help));
        let first = match lang {
            Lang::En => "first at",
            Lang::Zh => "首次见于",
        };
        let _ =
            writeln!(out, "{} × {message}\n    {first} {}:{}; {help}", grouped(it.count), it.file, it.line);
    }
    if told.untold > 0 {
        let _ = match lang {
            Lang::En => writeln!(out, "{} × for further reasons", grouped(told.untold)),
            Lang::Zh => writeln!(out, "{} × 其他原因", grouped(told.untold)),
        };
    }
    out
}

/// For programs.
pub(super) fn json(counted: &Counted, imported: &Imported) -> Value {
    let reject = |it: &Rejected| {
        json!({
            "count": it.count, "file": it.file, "line": it.line,
            "message": it.message[0], "message_zh": it.message[1], "help": it.help[0], "help_zh": it.help[1],
        })
    };
    let told = counted.all();
    json!({
        "taken": told.taken,
        "copies": imported.copies,
        "superseded": imported.superseded,
        "rejected": told.rejected(),
        "days": imported.days.len(),
        "classes": told.classes,
        "rejects": told.rejects.values().map(reject).collect::<Vec<_>>(),
    })
}

/// That what an interrupted import left was for other terms.
pub(super) fn began_anew(lang: Lang) -> &'static str {
    match lang {
        Lang::En => {
            "an interrupted import had another annex, format, subject or key; nothing of it is gone on with, read its files again"
        }
        Lang::Zh => "此前中断的导入使用了不同的附件、格式、主体或密钥；不再接续，请重新导入其文件",
    }
}

/// Why the lake refuses a row.
fn refusal(why: &RowError) -> Bilingual {
    let zh = match why {
        RowError::NoId => "成批事实的记录须有标识，请写明 id".to_owned(),
        RowError::Unbounded => "时间缺失或超出范围，请写明时刻".to_owned(),
        RowError::Revision => "成批事实的记录不取代也不撤回其他记录，请以相同标识重新发送".to_owned(),
        RowError::Width { found, expected } => format!("记录有 {found} 个属性，而事实有 {expected} 个"),
        RowError::Missing(column) => format!("缺少属性 `{column}`"),
        RowError::WrongKind(column) => format!("属性 `{column}` 的类型不符"),
        RowError::Digits { column, scale } => {
            format!("数值 `{column}` 的整数部分超过 {} 位，或小数部分超过 {scale} 位，或除不尽", 18 - scale)
        }
        RowError::Long(column) => format!("`{column}` 超过 {} 字节", lake::rows::TEXT_BYTES_MAX),
        RowError::Full => "本批已满".to_owned(),
    };
    Bilingual::new(why.to_string(), zh)
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
    use lake::RowError;

    use super::{grouped, refusal};

    #[test]
    fn a_refusal_is_told_in_one_language_at_a_time() {
        let column = || "fee".to_owned();
        for why in [
            RowError::NoId,
            RowError::Unbounded,
            RowError::Revision,
            RowError::Width { found: 1, expected: 2 },
            RowError::Missing(column()),
            RowError::WrongKind(column()),
            RowError::Digits { column: column(), scale: 6 },
            RowError::Long(column()),
            RowError::Full,
        ] {
            let said = refusal(&why);
            let chinese = said.zh.replace("`fee`", "").replace(" id", "");
            assert!(!chinese.chars().any(|it| it.is_ascii_alphabetic()), "{}", said.zh);
            assert!(said.en.is_ascii(), "{}", said.en);
        }
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!(
            [0, 999, 1_000, 50_000_000].map(grouped),
            ["0", "999", "1,000", "50,000,000"].map(str::to_owned)
        );
    }
}
