//! The front matter of an annex: plain `key: value` lines.

use super::Fault;
use super::markdown::Span;

const KEYS: [&str; 7] = ["id", "version", "for", "fact", "zone", "standing", "sent_unknown"];

/// What the front matter says, by the position of its key.
#[derive(Debug, Default)]
pub(super) struct Front<'a> {
    values: [Option<(&'a str, Span)>; KEYS.len()],
    /// First byte after it.
    pub(super) body: usize,
}

impl<'a> Front<'a> {
    /// Reads the lines between the first two `---`.
    pub(super) fn read(text: &'a str, faults: &mut Vec<(Span, Fault)>) -> Front<'a> {
        let mut front = Front::default();
        let mut lines = text.split_inclusive('\n');
        let mut at = lines.next().map_or(0, str::len);
        let opened = text.lines().next().is_some_and(|it| it.trim_end() == "---");
        for line in lines.filter(|_| opened) {
            let span = Span { from: at, until: at + line.trim_end().len() };
            at += line.len();
            match line.trim_end() {
                "---" => {
                    front.body = at;
                    return front;
                }
                "" => {}
                said => front.line(said, span, faults),
            }
        }
        faults.push((Span { from: 0, until: 3 }, Fault::NoFront));
        front
    }

    fn line(&mut self, line: &'a str, span: Span, faults: &mut Vec<(Span, Fault)>) {
        let read = line.split_once(':').and_then(|(key, value)| {
            let index = KEYS.iter().position(|it| *it == key)?;
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
            (!bare.is_empty() && self.values[index].is_none()).then_some((index, bare))
        });
        match read {
            Some((index, value)) => self.values[index] = Some((value, span)),
            None => faults.push((span, Fault::FrontLine)),
        }
    }

    /// What a key says, and where.
    pub(super) fn value(&self, key: &str) -> Option<(&'a str, Span)> {
        KEYS.iter().position(|it| *it == key).and_then(|it| self.values[it])
    }

    /// What a key says that must be there.
    pub(super) fn required(
        &self,
        key: &'static str,
        faults: &mut Vec<(Span, Fault)>,
    ) -> Option<(&'a str, Span)> {
        let value = self.value(key);
        if value.is_none() && self.body > 0 {
            faults.push((Span { from: 0, until: 3 }, Fault::FrontLacks(key)));
        }
        value
    }
}
