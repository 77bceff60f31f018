//! The columns of a fact in volume, as they lie in rows and in files.

use std::fmt::{self, Write};

use evidence::{AttributeKind, FactSchema};

/// What a number measures, which decides how many digits it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberKind {
    /// A plain number.
    Number,
    /// Money of the contract's currency, in its whole unit.
    Money,
    /// Seconds.
    Duration,
    /// Base units.
    Quantity,
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One of a few words: a one-of or a cause. Rows are ordered by it.
    Word,
    /// Any text.
    Text,
    /// True or false. Rows are ordered by it.
    Truth,
    /// An exact decimal at the scale of its kind.
    Number(NumberKind),
    /// A point in time.
    Instant,
    /// A calendar date.
    Date,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column {
    /// The attribute's name.
    pub name: String,
    /// What it says.
    pub kind: Kind,
    /// Whether a row may leave it out.
    pub optional: bool,
}

/// The columns of one fact: those every fact has (`at`, `recorded_at`, `subject`, `source`, `id`), then the attributes in
/// the order of the schema, which are listed here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layout {
    /// The fact's name.
    pub fact: String,
    /// The attributes in the order of the schema.
    pub columns: Vec<Column>,
}

/// Two layouts of a fact say that an attribute is of kinds that have no common one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedKinds {
    /// The attribute.
    pub column: String,
}

impl fmt::Display for MixedKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        write!(f, "`{column}` is of two kinds; give the attribute another name in the newer contract")
    }
}

impl std::error::Error for MixedKinds {}

/// The columns every fact has, in the order they lie in a file.
pub const FIXED_COLUMNS: [&str; 5] = ["at", "recorded_at", "subject", "source", "id"];

impl NumberKind {
    /// Digits after the point, always kept: values are whole multiples of 10^-scale.
    pub const fn scale(self) -> u8 {
        match self {
            NumberKind::Number | NumberKind::Quantity => 6,
            NumberKind::Money | NumberKind::Duration => 9,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            NumberKind::Number => "number",
            NumberKind::Money => "money",
            NumberKind::Duration => "duration",
            NumberKind::Quantity => "quantity",
        }
    }
}

impl Kind {
    /// The kind of that attribute.
    pub fn of(kind: &AttributeKind) -> Kind {
        match kind {
            AttributeKind::Number => Kind::Number(NumberKind::Number),
            AttributeKind::Money => Kind::Number(NumberKind::Money),
            AttributeKind::Duration => Kind::Number(NumberKind::Duration),
            AttributeKind::Unit(_) => Kind::Number(NumberKind::Quantity),
            AttributeKind::Instant => Kind::Instant,
            AttributeKind::Date => Kind::Date,
            AttributeKind::Text => Kind::Text,
            AttributeKind::Truth => Kind::Truth,
            AttributeKind::OneOf(_) | AttributeKind::Cause(_) => Kind::Word,
        }
    }

    /// Its word in [`Layout::text`].
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Word => "word",
            Kind::Text => "text",
            Kind::Truth => "truth",
            Kind::Number(kind) => kind.name(),
            Kind::Instant => "instant",
            Kind::Date => "date",
        }
    }

    /// Whether rows are ordered, and counted, by it.
    pub const fn is_key(self) -> bool {
        matches!(self, Kind::Word | Kind::Truth)
    }

    fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "word" => Kind::Word,
            "text" => Kind::Text,
            "truth" => Kind::Truth,
            "number" => Kind::Number(NumberKind::Number),
            "money" => Kind::Number(NumberKind::Money),
            "duration" => Kind::Number(NumberKind::Duration),
            "quantity" => Kind::Number(NumberKind::Quantity),
            "instant" => Kind::Instant,
            "date" => Kind::Date,
            _ => return None,
        })
    }
}

impl Layout {
    /// The columns of a declared fact.
    pub fn of(schema: &FactSchema) -> Layout {
        let column = |it: &evidence::Attribute| Column {
            name: it.name.clone(),
            kind: Kind::of(&it.kind),
            optional: it.optional,
        };
        Layout { fact: schema.name.clone(), columns: schema.attributes.iter().map(column).collect() }
    }

    /// The attribute of that name and its position.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, it)| it.name == name)
    }

    /// The columns of both: in their order where both name the same ones in the same order, else by name, so that it makes no
    /// difference which came first. What one of them lacks may be absent; the error is an attribute of two kinds that have no
    /// common one.
    pub fn union(&self, other: &Layout) -> Result<Layout, MixedKinds> {
        let mut columns = self.columns.clone();
        for column in &mut columns {
            match other.column(&column.name) {
                Some((_, it)) => *column = column.union(it)?,
                None => column.optional = true,
            }
        }
        let lacking = other.columns.iter().filter(|it| self.column(&it.name).is_none());
        columns.extend(lacking.map(|it| Column { optional: true, ..it.clone() }));
        if !self.columns.iter().map(|it| &it.name).eq(other.columns.iter().map(|it| &it.name)) {
            columns.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        }
        Ok(Layout { fact: self.fact.clone(), columns })
    }

    /// Positions of the attributes rows are ordered by.
    pub fn keys(&self) -> Vec<usize> {
        let keys = self.columns.iter().enumerate().filter(|(_, it)| it.kind.is_key());
        keys.map(|(at, _)| at).collect()
    }

    /// The layout as lines, the first the fact's name, then `kind name` or `kind? name` of every attribute; kept in each
    /// file as `upheld.fact` and read back by [`Layout::parse`].
    pub fn text(&self) -> String {
        let mut text = self.fact.clone();
        for column in &self.columns {
            let optional = if column.optional { "?" } else { "" };
            let _ = write!(text, "\n{}{optional} {}", column.kind.name(), column.name);
        }
        text
    }

    /// Reads what [`Layout::text`] wrote.
    pub fn parse(text: &str) -> Option<Layout> {
        let mut lines = text.split('\n');
        let fact = lines.next()?.to_owned();
        Some(Layout { fact, columns: lines.map(parse_column).collect::<Option<_>>()? })
    }
}

impl Column {
    fn union(&self, other: &Column) -> Result<Column, MixedKinds> {
        let kind = match (self.kind, other.kind) {
            (one, two) if one == two => one,
            (Kind::Word | Kind::Text, Kind::Word | Kind::Text) => Kind::Text,
            _ => return Err(MixedKinds { column: self.name.clone() }),
        };
        Ok(Column { name: self.name.clone(), kind, optional: self.optional || other.optional })
    }
}

fn parse_column(line: &str) -> Option<Column> {
    let (kind, name) = line.split_once(' ')?;
    let (kind, optional) = kind.strip_suffix('?').map_or((kind, false), |it| (it, true));
    Some(Column { name: name.to_owned(), kind: Kind::named(kind)?, optional })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_layout_reads_back() {
        let kinds = [
            Kind::Word,
            Kind::Text,
            Kind::Truth,
            Kind::Number(NumberKind::Number),
            Kind::Number(NumberKind::Money),
            Kind::Number(NumberKind::Duration),
            Kind::Number(NumberKind::Quantity),
            Kind::Instant,
            Kind::Date,
        ];
        let column = |(at, kind): (usize, &Kind)| Column {
            name: format!("c {at}"),
            kind: *kind,
            optional: at % 2 == 0,
        };
        let layout =
            Layout { fact: "message".into(), columns: kinds.iter().enumerate().map(column).collect() };
        assert_eq!(Layout::parse(&layout.text()), Some(layout.clone()));
        assert_eq!(layout.keys(), [0, 2]);
        assert_eq!(Layout::parse("message\nsound x"), None);
        assert_eq!(Layout::parse("message\nword"), None);
    }

    #[test]
    fn a_union_has_all_columns_and_does_not_depend_on_which_layout_came_first() {
        let parsed = |text: &str| Layout::parse(text).unwrap();
        let union = |one: &str, two: &str| parsed(one).union(&parsed(two)).map(|it| it.text());
        for (one, two, both) in [
            ("m\nword b\nmoney a", "m\nword b\nmoney a", "m\nword b\nmoney a"),
            ("m\nword b\nmoney a", "m\nword? b\nmoney a", "m\nword? b\nmoney a"),
            ("m\nword b\nmoney a", "m\nword b", "m\nmoney? a\nword b"),
            ("m\nword b", "m\nword b\ntruth a\ndate c", "m\ntruth? a\nword b\ndate? c"),
            ("m\nword b\nmoney a", "m\nmoney a\nword b", "m\nmoney a\nword b"),
            ("m\nword b", "m\ntext b", "m\ntext b"),
        ] {
            assert_eq!(union(one, two), Ok(both.to_owned()));
            assert_eq!(union(two, one), Ok(both.to_owned()));
            assert_eq!(union(both, one), Ok(both.to_owned()));
            assert_eq!(union(two, both), Ok(both.to_owned()));
        }
        let mixed = Err(MixedKinds { column: "b".into() });
        assert_eq!(union("m\nnumber b", "m\nmoney b"), mixed);
        assert_eq!(union("m\nnumber b", "m\nquantity b"), mixed);
    }
}
