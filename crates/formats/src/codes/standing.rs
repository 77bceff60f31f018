//! Which of several receipts of one message stands.

use evidence::FactSchema;

use super::{Class, Fault, Stage};

/// One key of the rule; keys are compared in turn until one tells two records apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The record whose attribute has a word of an earlier group; words of one group are equal.
    Rank {
        /// An attribute of the fact.
        attribute: String,
        /// Its words, the preferred group first.
        words: Vec<Vec<String>>,
    },
    /// The record that was recorded later.
    Latest,
    /// The record that was recorded earlier.
    Earliest,
}

/// Reads `final before temporary, then latest`.
pub(super) fn read(line: &str, classes: &[Class], schema: &FactSchema) -> Result<Vec<Standing>, Fault> {
    let keys: Result<Vec<Standing>, Fault> = line
        .split(',')
        .map(|part| match part.trim().strip_prefix("then ").unwrap_or(part.trim()).trim() {
            "final before temporary" => final_first(classes, schema),
            "latest" => Ok(Standing::Latest),
            "earliest" => Ok(Standing::Earliest),
            _ => Err(Fault::StandingUnknown),
        })
        .collect();
    let keys = keys?;
    match keys.split_last() {
        Some((Standing::Latest | Standing::Earliest, before))
            if before.iter().all(|it| matches!(it, Standing::Rank { .. })) && before.len() < 2 =>
        {
            Ok(keys)
        }
        _ => Err(Fault::StandingUnknown),
    }
}

/// The rule is asked of records, which do not say their stage, so an attribute must give it away: `class`, or one no word of
/// which stands for both stages.
fn final_first(classes: &[Class], schema: &FactSchema) -> Result<Standing, Fault> {
    let by_class = schema.attribute("class").map(|_| {
        let of =
            |stage| classes.iter().filter(move |it| it.stage == stage).map(|it| it.name.clone()).collect();
        ("class".to_owned(), [of(Stage::Final), of(Stage::Temporary)])
    });
    let by_other = || {
        schema.attributes.iter().find_map(|attribute| {
            let words = words_by_stage(classes, &attribute.name)?;
            Some((attribute.name.clone(), words))
        })
    };
    let (attribute, words) = by_class.or_else(by_other).ok_or(Fault::StageUnseen)?;
    Ok(Standing::Rank { attribute, words: words.into() })
}

/// The words of an attribute for each stage, when every class gives it one and none is given by both stages.
fn words_by_stage(classes: &[Class], attribute: &str) -> Option<[Vec<String>; 2]> {
    let mut words = [Vec::new(), Vec::new()];
    for class in classes {
        let word = &class.attributes.iter().find(|it| it.0 == attribute)?.1;
        let group = &mut words[class.stage as usize];
        if !group.contains(word) {
            group.push(word.clone());
        }
    }
    let [finals, temporary] = &words;
    finals.iter().all(|it| !temporary.contains(it)).then_some(words)
}
