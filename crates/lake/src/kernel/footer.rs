//! What a Parquet file says about itself: columns, row groups, where every column chunk lies.

use super::ahead::Ahead;
use super::error::Problem;
use super::source::ReadAt;
use super::thrift::{Thrift, Wire};

/// Footers larger than this are refused.
const FOOTER_BYTES_MAX: u64 = 256 << 20;
const MAGIC: &[u8; 4] = b"PAR1";
/// The number of the field with keys and values; columns and row groups have lower ones, and fields ascend.
const METADATA: i16 = 5;
/// Columns and row groups mostly lie within so many bytes.
const HEAD_BYTES: u64 = 64 << 10;

/// The footer of one file.
#[derive(Clone, Debug, Default)]
pub struct Footer {
    /// The columns, in the order of the file.
    pub columns: Vec<Column>,
    /// The row groups, in the order of the file.
    pub groups: Vec<RowGroup>,
    /// Keys and values of the writer's own.
    pub metadata: Vec<(String, String)>,
    /// Rows of the whole file, as it claims.
    pub rows: u64,
}

/// One column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether values may be absent.
    pub optional: bool,
}

/// What the values of a column are, as far as this reader tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One bit; read as 0 and 1.
    Truth,
    /// Whole numbers in 4 bytes.
    Int32 {
        /// Whether the sign bit counts as a digit.
        unsigned: bool,
        /// Decimal places.
        scale: u8,
    },
    /// Whole numbers in 8 bytes.
    Int64 {
        /// Whether the sign bit counts as a digit.
        unsigned: bool,
        /// Decimal places.
        scale: u8,
    },
    /// Text of any length.
    Text,
    /// What is not read.
    Other,
}

/// Rows that lie together.
#[derive(Clone, Debug, Default)]
pub struct RowGroup {
    /// How many.
    pub rows: u64,
    /// One chunk for each column.
    pub chunks: Vec<Chunk>,
}

/// The values of one column in one row group.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Where its first page begins.
    pub offset: u64,
    /// Bytes of all its pages.
    pub bytes: u64,
    /// How they are compressed, by Parquet's number.
    pub codec: i64,
    /// How many values, absent ones included.
    pub values: u64,
    /// The least value, when it is known and a whole number.
    pub min: Option<i64>,
    /// The greatest value, when it is known and a whole number.
    pub max: Option<i64>,
    /// How many values are absent, when it is known.
    pub absent: Option<u64>,
}

impl Footer {
    /// Reads the footer of a file.
    pub(crate) fn read(source: &dyn ReadAt) -> Result<Footer, Problem> {
        let source = Ahead::tail(source)?;
        let place = Place::of(&source)?;
        decode(&place.fetch(&source, place.length)?, i16::MAX)?.checked(source.size())
    }

    /// Reads all but what a writer noted of its own, which mostly stands behind all else and may be long.
    pub(crate) fn read_head(source: &dyn ReadAt) -> Result<Footer, Problem> {
        let ahead = Ahead::tail(source)?;
        let place = Place::of(&ahead)?;
        let head = decode(&place.fetch(&ahead, place.length.min(HEAD_BYTES))?, METADATA);
        match head {
            Ok(footer) if footer.has_all_groups() => footer.checked(source.size()),
            _ => Footer::read(source),
        }
    }

    fn has_all_groups(&self) -> bool {
        let rows = self.groups.iter().try_fold(0_u64, |all, it| all.checked_add(it.rows));
        rows == Some(self.rows) && !self.columns.is_empty()
    }

    /// The column of that name and its position.
    pub fn column(&self, name: &str) -> Result<(usize, &Column), Problem> {
        let mut found = self.columns.iter().enumerate().filter(|(_, it)| it.name == name);
        let first = found.next().ok_or_else(|| Problem::NoColumn(name.to_owned()))?;
        match found.next() {
            Some(_) => Err(Problem::Corrupt("two columns have one name")),
            None => Ok(first),
        }
    }

    /// Forgets least and greatest where they are no signed whole numbers, as which they were read.
    fn forget_bounds(&mut self) {
        for group in &mut self.groups {
            for (chunk, column) in group.chunks.iter_mut().zip(&self.columns) {
                if !matches!(
                    column.kind,
                    Kind::Int32 { unsigned: false, .. } | Kind::Int64 { unsigned: false, .. }
                ) {
                    (chunk.min, chunk.max) = (None, None);
                }
            }
        }
    }

    fn checked(self, size: u64) -> Result<Footer, Problem> {
        for group in &self.groups {
            if group.chunks.len() != self.columns.len() {
                return Err(Problem::Corrupt("a row group has a column too many or too few"));
            }
            for chunk in &group.chunks {
                let end = chunk.offset.checked_add(chunk.bytes);
                if end.is_none_or(|it| it > size) {
                    return Err(Problem::Corrupt("a column lies outside of the file"));
                }
            }
        }
        Ok(self)
    }
}

/// Fills `into`, with the error turned into a problem.
pub(super) fn fetch(source: &dyn ReadAt, offset: u64, into: &mut [u8]) -> Result<(), Problem> {
    source.read_at(offset, into).map_err(|error| Problem::Io(error.to_string()))
}

/// Where the footer lies.
struct Place {
    from: u64,
    length: u64,
}

impl Place {
    fn of(source: &dyn ReadAt) -> Result<Place, Problem> {
        let mut tail = [0_u8; 8];
        let end = source.size().checked_sub(8).ok_or(Problem::NotParquet)?;
        fetch(source, end, &mut tail)?;
        let [a, b, c, d, magic @ ..] = tail;
        if magic != *MAGIC {
            return Err(Problem::NotParquet);
        }
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if length > FOOTER_BYTES_MAX {
            return Err(Problem::TooLarge { what: "its footer", found: length, max: FOOTER_BYTES_MAX });
        }
        let from = end.checked_sub(length).ok_or(Problem::Corrupt("the footer is longer than the file"))?;
        Ok(Place { from, length })
    }

    fn fetch(&self, source: &dyn ReadAt, length: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        fetch(source, self.from, &mut bytes)?;
        Ok(bytes)
    }
}

/// The fields of a footer before the one numbered `end`.
fn decode(bytes: &[u8], end: i16) -> Result<Footer, Problem> {
    let mut footer = Footer::default();
    let mut elements = Vec::new();
    let mut thrift = Thrift::new(bytes);
    thrift.fields_before(end, |it, id, wire| {
        match (id, wire) {
            (2, Wire::List) => elements = list(it, element)?,
            (3, Wire::Int) => footer.rows = natural(it.int()?)?,
            (4, Wire::List) => footer.groups = list(it, row_group)?,
            (METADATA, Wire::List) => footer.metadata = list(it, key_value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    footer.columns = columns(&elements)?;
    footer.forget_bounds();
    Ok(footer)
}

fn list<'b, T>(
    thrift: &mut Thrift<'b>,
    one: impl Fn(&mut Thrift<'b>) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let (length, wire) = thrift.list()?;
    if wire != Wire::Struct && length > 0 {
        return Err(Problem::Corrupt("the footer has a strange list"));
    }
    let mut all = Vec::new();
    for _ in 0..length {
        all.push(one(thrift)?);
    }
    Ok(all)
}

fn natural(value: i64) -> Result<u64, Problem> {
    u64::try_from(value).map_err(|_| Problem::Corrupt("a length is negative"))
}

#[derive(Default)]
struct Element {
    name: String,
    physical: Option<i64>,
    optional: bool,
    repeated: bool,
    children: u64,
    converted: Option<i64>,
    scale: i64,
    unsigned: bool,
}

fn element(thrift: &mut Thrift<'_>) -> Result<Element, Problem> {
    let mut found = Element::default();
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Int) => found.physical = Some(it.int()?),
            (3, Wire::Int) => {
                let repetition = it.int()?;
                found.optional = repetition == 1;
                found.repeated = repetition == 2;
            }
            (4, Wire::Binary) => found.name = it.text()?,
            (5, Wire::Int) => found.children = natural(it.int()?)?,
            (6, Wire::Int) => found.converted = Some(it.int()?),
            (7, Wire::Int) => found.scale = it.int()?,
            (10, Wire::Struct) => logical(it, &mut found)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    found.unsigned |= matches!(found.converted, Some(11..=14));
    Ok(found)
}

/// The logical type: only whole numbers without a sign and decimals change how bytes are read.
fn logical(thrift: &mut Thrift<'_>, found: &mut Element) -> Result<(), Problem> {
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (5, Wire::Struct) => it.fields(|it, id, wire| match (id, wire) {
                (1, Wire::Int) => {
                    found.scale = it.int()?;
                    Ok(true)
                }
                _ => Ok(false),
            })?,
            (10, Wire::Struct) => it.fields(|_, id, wire| {
                if id == 2 {
                    found.unsigned = wire == Wire::False;
                }
                Ok(false)
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })
}

/// The leaves of the schema's tree; those below a group or repeated are there, and not read.
fn columns(elements: &[Element]) -> Result<Vec<Column>, Problem> {
    let mut found = Vec::new();
    let mut elements = elements.iter();
    let root = elements.next().ok_or(Problem::Corrupt("there is no schema"))?;
    let mut open = vec![root.children];
    for element in elements {
        match open.last_mut() {
            Some(left) if *left > 0 => *left -= 1,
            _ => return Err(Problem::Corrupt("the schema is no tree")),
        }
        if element.children > 0 {
            open.push(element.children);
        } else {
            let nested = open.len() > 1 || element.repeated;
            let kind = if nested { Kind::Other } else { kind(element)? };
            found.push(Column { name: element.name.clone(), kind, optional: element.optional });
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Ok(found)
}

fn kind(element: &Element) -> Result<Kind, Problem> {
    let scale = u8::try_from(element.scale).ok().filter(|it| *it <= 38);
    let scale = scale.ok_or(Problem::Corrupt("a column has a strange number of decimal places"))?;
    let unsigned = element.unsigned;
    Ok(match element.physical {
        Some(0) => Kind::Truth,
        Some(1) => Kind::Int32 { unsigned, scale },
        Some(2) => Kind::Int64 { unsigned, scale },
        Some(6) if element.converted != Some(5) => Kind::Text,
        _ => Kind::Other,
    })
}

fn row_group(thrift: &mut Thrift<'_>) -> Result<RowGroup, Problem> {
    let mut found = RowGroup::default();
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::List) => found.chunks = list(it, chunk)?,
            (3, Wire::Int) => found.rows = natural(it.int()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(found)
}

fn chunk(thrift: &mut Thrift<'_>) -> Result<Chunk, Problem> {
    let mut found = Chunk::default();
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Binary) => return Err(Problem::Unsupported("columns in other files".to_owned())),
            (3, Wire::Struct) => found = chunk_metadata(it)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(found)
}

fn chunk_metadata(thrift: &mut Thrift<'_>) -> Result<Chunk, Problem> {
    let mut found = Chunk::default();
    let (mut data, mut dictionary) = (0, None);
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (4, Wire::Int) => found.codec = it.int()?,
            (5, Wire::Int) => found.values = natural(it.int()?)?,
            (7, Wire::Int) => found.bytes = natural(it.int()?)?,
            (9, Wire::Int) => data = natural(it.int()?)?,
            (11, Wire::Int) => dictionary = Some(natural(it.int()?)?),
            (12, Wire::Struct) => statistics(it, &mut found)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    // Some writers note a dictionary at 0 when there is none.
    found.offset = dictionary.filter(|it| (1..data).contains(it)).unwrap_or(data);
    Ok(found)
}

fn statistics(thrift: &mut Thrift<'_>, found: &mut Chunk) -> Result<(), Problem> {
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Binary) => found.max = found.max.or(whole(it.binary()?)),
            (2, Wire::Binary) => found.min = found.min.or(whole(it.binary()?)),
            (3, Wire::Int) => found.absent = u64::try_from(it.int()?).ok(),
            (5, Wire::Binary) => found.max = whole(it.binary()?),
            (6, Wire::Binary) => found.min = whole(it.binary()?),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

fn whole(bytes: &[u8]) -> Option<i64> {
    if let Ok(eight) = <[u8; 8]>::try_from(bytes) {
        return Some(i64::from_le_bytes(eight));
    }
    <[u8; 4]>::try_from(bytes).ok().map(|it| i64::from(i32::from_le_bytes(it)))
}

fn key_value(thrift: &mut Thrift<'_>) -> Result<(String, String), Problem> {
    let (mut key, mut value) = (String::new(), String::new());
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Binary) => key = it.text()?,
            (2, Wire::Binary) => value = it.text()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok((key, value))
}
