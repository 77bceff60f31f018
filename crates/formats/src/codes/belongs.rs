//! An annex of a whole contract: which of its facts it is for, as its front matter says.

use diagnostic::Place;
use evidence::FactSchema;

use super::front::Front;
use super::{Codes, Fault, Finding};

impl Codes {
    /// Reads the annex `text`, called `file` in findings, of the contract `id` with these facts: its codes, and the position of
    /// the fact they are for. Only a fact in volume has one.
    pub fn of_contract(
        file: &str,
        text: &str,
        id: &str,
        facts: &[FactSchema],
    ) -> Result<(usize, Codes), Vec<Finding>> {
        let front = Front::read(text, &mut Vec::new());
        let told = |key: &str, fault: Fault| {
            let span = front.value(key).map(|it| it.1).unwrap_or_default();
            Finding { place: Place::in_text(file, text, span.from, span.until), fault }
        };
        let named = front.value("for").map(|it| it.0);
        let other = named.filter(|it| *it != id).map(|it| told("for", Fault::OtherContract(it.to_owned())));
        let fact = front.value("fact").map_or("", |it| it.0);
        let found = facts.iter().position(|it| it.name == fact);
        let schema = found.and_then(|at| facts.get(at).filter(|it| it.volume).map(|it| (at, it)));
        let Some((at, schema)) = schema else {
            let fault = match (fact, found) {
                ("", _) => Fault::FrontLacks("fact"),
                (_, None) => Fault::FactUnknown(fact.to_owned()),
                (_, Some(_)) => Fault::NotInVolume(fact.to_owned()),
            };
            return Err(other.into_iter().chain([told("fact", fault)]).collect());
        };
        match (Codes::read(file, text, schema), other) {
            (Ok(codes), None) => Ok((at, codes)),
            (read, other) => Err(other.into_iter().chain(read.err().unwrap_or_default()).collect()),
        }
    }
}
