//! Which document prevails: what was sealed beats what was clicked, the rest stands in the order that was agreed.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::text::Text;

/// Most documents of an agreement, or of a subscription.
pub const DOCUMENTS_MAX: usize = 50;

/// What sort of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Signed or sealed by both sides. Beats everything that is not.
    Sealed,
    /// An order.
    Order,
    /// The service level agreement: the contract itself.
    Sla,
    /// General terms.
    Terms,
    /// Rules of use.
    Usage,
    /// Accepted by a click. Yields to everything else.
    ClickThrough,
}

/// A document of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What sort of document.
    pub kind: DocumentKind,
    /// Its title.
    #[schemars(length(min = 1, max = 300))]
    pub title: String,
    /// SHA-256 of its text, in hexadecimal. The contract itself goes without: it is the version in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: Option<String>,
    /// Its place in the agreed order, 1 for the first; nothing changes for sealed and clicked documents among others.
    #[schemars(range(min = 1))]
    pub rank: u32,
}

/// Where a document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Of this subscription alone.
    Subscription,
    /// Of the agreement, for all its subscriptions.
    Agreement,
}

/// A document in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Placed {
    /// 1 prevails over 2.
    pub position: u32,
    /// Where it comes from.
    pub origin: Origin,
    /// The document.
    pub document: Document,
}

/// The documents of a subscription, the prevailing first, and what contradicts in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Precedence {
    /// The prevailing first.
    pub order: Vec<Placed>,
    /// What the documents leave open or say against each other about their order. Empty when the order is certain.
    pub contradictions: Vec<Text>,
}

/// Refused when a document has no title, rank 0, or a hash that is none.
pub fn check(documents: &[Document]) -> Result<(), Refusal> {
    if documents.len() > DOCUMENTS_MAX {
        return Err(Refusal::invalid(
            format!("documents: at most {DOCUMENTS_MAX}"),
            format!("documents：最多 {DOCUMENTS_MAX} 份"),
        ));
    }
    for (at, it) in documents.iter().enumerate() {
        let (en, zh) = match it {
            it if it.title.trim().is_empty() || it.title.chars().count() > 300 => {
                ("title: 1 to 300 characters", "title：1 至 300 个字符")
            }
            it if it.rank == 0 => ("rank: 1 or more", "rank：须为 1 或更大"),
            it if !it.sha256.as_deref().is_none_or(is_sha256) => {
                ("sha256: 64 lower-case hexadecimal digits", "sha256：须为 64 位小写十六进制数字")
            }
            _ => continue,
        };
        return Err(Refusal::invalid(format!("documents[{at}].{en}"), format!("documents[{at}].{zh}")));
    }
    Ok(())
}

/// The order that holds: sealed documents first, clicked ones last, between them by rank. Where two have the same rank,
/// the subscription's own comes before the agreement's, then by kind; that they do is told as a contradiction.
pub fn precedence(of_subscription: &[Document], of_agreement: &[Document]) -> Precedence {
    let own = of_subscription.iter().map(|it| (Origin::Subscription, it));
    let shared = of_agreement.iter().map(|it| (Origin::Agreement, it));
    let mut all: Vec<(Origin, &Document)> = own.chain(shared).collect();
    all.sort_by(|a, b| strength(*a, *b).then_with(|| (a.1.kind, &a.1.title).cmp(&(b.1.kind, &b.1.title))));
    let contradictions = contradictions(&all);
    let placed = |(position, (origin, document)): (u32, (Origin, &Document))| Placed {
        position,
        origin,
        document: document.clone(),
    };
    Precedence { order: (1..).zip(all).map(placed).collect(), contradictions }
}

fn strength(a: (Origin, &Document), b: (Origin, &Document)) -> Ordering {
    let key = |it: (Origin, &Document)| (class(it.1.kind), it.1.rank, it.0);
    key(a).cmp(&key(b))
}

/// 0 beats 1 beats 2, whatever the ranks say.
fn class(kind: DocumentKind) -> u8 {
    match kind {
        DocumentKind::Sealed => 0,
        DocumentKind::ClickThrough => 2,
        DocumentKind::Order | DocumentKind::Sla | DocumentKind::Terms | DocumentKind::Usage => 1,
    }
}

/// Looks at each pair, the prevailing one first.
fn contradictions(order: &[(Origin, &Document)]) -> Vec<Text> {
    let mut found = Vec::new();
    for (at, (_, first)) in order.iter().enumerate() {
        for (_, second) in order.iter().skip(at + 1) {
            found.extend(contradiction(first, second));
        }
    }
    found
}

fn contradiction(first: &Document, second: &Document) -> Option<Text> {
    let (one, two) = (&first.title, &second.title);
    if first.sha256.is_some() && first.sha256 == second.sha256 {
        return Some(Text::new(
            format!("“{one}” and “{two}” are the same text, named twice; the first place counts"),
            format!("《{one}》与《{two}》为同一文本，重复列出；以在先者为准"),
        ));
    }
    if class(first.kind) != class(second.kind) {
        return (first.rank > second.rank).then(|| {
            Text::new(
                format!("by rank “{two}” would stand before “{one}”, but a sealed document prevails over others and a clicked one yields"),
                format!("按次序《{two}》应在《{one}》之前，但盖章文件优先、点击确认文件居后，故以《{one}》为准"),
            )
        });
    }
    (first.rank == second.rank).then(|| {
        Text::new(
            format!(
                "“{one}” and “{two}” both have rank {}: which prevails is not said; “{one}” is taken",
                first.rank
            ),
            format!("《{one}》与《{two}》次序同为 {}：未约定以何者为准，暂以《{one}》为准", first.rank),
        )
    })
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(kind: DocumentKind, rank: u32) -> Document {
        Document { kind, title: format!("{kind:?} {rank}"), sha256: None, rank }
    }

    fn titles(it: &Precedence) -> Vec<&str> {
        it.order.iter().map(|it| it.document.title.as_str()).collect()
    }

    #[test]
    fn sealed_comes_first_clicked_last_and_the_rest_by_rank() {
        use DocumentKind::*;
        let agreement = [document(Terms, 3), document(Sla, 2), document(ClickThrough, 4)];
        let order = precedence(&[document(Sealed, 1)], &agreement);
        assert_eq!(titles(&order), ["Sealed 1", "Sla 2", "Terms 3", "ClickThrough 4"]);
        assert_eq!(order.contradictions, []);
        assert_eq!(order.order[0].origin, Origin::Subscription);
        assert_eq!(order.order.iter().map(|it| it.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_clicked_document_ranked_first_still_yields_and_the_contradiction_is_shown() {
        use DocumentKind::*;
        let order = precedence(&[], &[document(ClickThrough, 1), document(Sealed, 2)]);
        assert_eq!(titles(&order), ["Sealed 2", "ClickThrough 1"]);
        assert_eq!(order.contradictions.len(), 1);
        assert!(
            order.contradictions[0].en.contains("by rank “ClickThrough 1” would stand before “Sealed 2”")
        );
    }

    #[test]
    fn equal_ranks_are_a_contradiction_and_the_subscriptions_own_document_is_taken() {
        use DocumentKind::*;
        let order = precedence(&[document(Terms, 1)], &[document(Order, 1)]);
        assert_eq!(titles(&order), ["Terms 1", "Order 1"]);
        assert_eq!(order.contradictions.len(), 1);
    }

    #[test]
    fn the_order_does_not_depend_on_how_documents_were_listed() {
        use DocumentKind::*;
        let mut listed = vec![
            document(Terms, 1),
            document(Order, 1),
            document(Sealed, 3),
            document(ClickThrough, 1),
            document(Usage, 2),
        ];
        let first = precedence(&[], &listed);
        for _ in 0..listed.len() {
            listed.rotate_left(1);
            assert_eq!(precedence(&[], &listed), first);
        }
    }

    #[test]
    fn one_text_named_twice_is_told() {
        use DocumentKind::*;
        let with = |kind, rank| Document { sha256: Some("a".repeat(64)), ..document(kind, rank) };
        assert!(
            precedence(&[], &[with(Terms, 1), with(Usage, 2)]).contradictions[0].en.contains("same text")
        );
    }

    #[test]
    fn a_document_needs_a_title_a_rank_and_a_hash_that_is_one() {
        use DocumentKind::*;
        let wrong = [
            Document { title: " ".to_owned(), ..document(Terms, 1) },
            document(Terms, 0),
            Document { sha256: Some("A".repeat(64)), ..document(Terms, 1) },
        ];
        assert!(wrong.iter().all(|it| check(std::slice::from_ref(it)).is_err()));
        assert!(check(&[document(Terms, 1)]).is_ok());
        assert!(check(&vec![document(Terms, 1); DOCUMENTS_MAX + 1]).is_err());
    }
}
