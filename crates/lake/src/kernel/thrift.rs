//! The Thrift compact protocol, as far as Parquet's headers need it; every read is checked.

use super::error::Problem;

const TRUNCATED: Problem = Problem::Corrupt("a header ends too early");
/// Structures deeper than any Parquet header are refused instead of recursed into.
const DEPTH_MAX: u8 = 16;

/// The type of a field on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    True,
    False,
    Byte,
    Int,
    Double,
    Binary,
    List,
    Struct,
}

/// Reads one header.
pub(super) struct Thrift<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Thrift<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Thrift<'b> {
        Thrift { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        let byte = *self.bytes.get(self.at).ok_or(TRUNCATED)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, Problem> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            value |= bits.checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Problem::Corrupt("a number of a header is too long"))
    }

    /// A zigzag number of any width.
    pub(super) fn int(&mut self) -> Result<i64, Problem> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(super) fn binary(&mut self) -> Result<&'b [u8], Problem> {
        let length = usize::try_from(self.varint()?).map_err(|_| TRUNCATED)?;
        let found = self.bytes.get(self.at..).and_then(|it| it.get(..length)).ok_or(TRUNCATED)?;
        self.at += length;
        Ok(found)
    }

    pub(super) fn text(&mut self) -> Result<String, Problem> {
        let bytes = self.binary()?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Problem::Corrupt("a name is no UTF-8"))
    }

    /// How many elements of which type follow; never more than bytes are left.
    pub(super) fn list(&mut self) -> Result<(usize, Wire), Problem> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| TRUNCATED)?,
            short => usize::from(short),
        };
        let wire = wire(head & 0x0f)?;
        if length > self.bytes.len().saturating_sub(self.at) {
            return Err(TRUNCATED);
        }
        Ok((length, wire))
    }

    /// Hands every field of a structure to `field`, which reads it or returns false to have it passed over.
    pub(super) fn fields(
        &mut self,
        field: impl FnMut(&mut Self, i16, Wire) -> Result<bool, Problem>,
    ) -> Result<(), Problem> {
        self.fields_before(i16::MAX, field)
    }

    /// The same with every field before the first that has the number `end` or a greater one.
    pub(super) fn fields_before(
        &mut self,
        end: i16,
        mut field: impl FnMut(&mut Self, i16, Wire) -> Result<bool, Problem>,
    ) -> Result<(), Problem> {
        let mut id = 0_i16;
        while let Some((next, wire)) = self.field(id)?.filter(|(next, _)| *next < end) {
            id = next;
            if !field(self, id, wire)? {
                self.pass(wire, 0)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, last: i16) -> Result<Option<(i16, Wire)>, Problem> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let id = match head >> 4 {
            0 => i16::try_from(self.int()?).map_err(|_| Problem::Corrupt("a header has a strange field"))?,
            delta => last.wrapping_add(i16::from(delta)),
        };
        Ok(Some((id, wire(head & 0x0f)?)))
    }

    fn pass(&mut self, wire: Wire, depth: u8) -> Result<(), Problem> {
        if depth > DEPTH_MAX {
            return Err(Problem::Corrupt("a header is nested too deep"));
        }
        match wire {
            Wire::True | Wire::False => {}
            Wire::Byte => drop(self.byte()?),
            Wire::Int => drop(self.int()?),
            Wire::Double => {
                self.at = self.at.checked_add(8).filter(|it| *it <= self.bytes.len()).ok_or(TRUNCATED)?;
            }
            Wire::Binary => drop(self.binary()?),
            Wire::List => self.pass_list(depth)?,
            Wire::Struct => {
                let mut id = 0;
                while let Some((next, wire)) = self.field(id)? {
                    id = next;
                    self.pass(wire, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn pass_list(&mut self, depth: u8) -> Result<(), Problem> {
        let (length, wire) = self.list()?;
        for _ in 0..length {
            match wire {
                Wire::True | Wire::False => drop(self.byte()?),
                _ => self.pass(wire, depth + 1)?,
            }
        }
        Ok(())
    }
}

fn wire(code: u8) -> Result<Wire, Problem> {
    Ok(match code {
        1 => Wire::True,
        2 => Wire::False,
        3 => Wire::Byte,
        4..=6 => Wire::Int,
        7 => Wire::Double,
        8 => Wire::Binary,
        9 | 10 => Wire::List,
        12 => Wire::Struct,
        _ => return Err(Problem::Corrupt("a header has a field of unknown type")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_numbers_of_every_sign_are_read() {
        for (bytes, value) in [(&[0x00][..], 0), (&[0x01], -1), (&[0x02], 1), (&[0xac, 0x02], 150)] {
            assert_eq!(Thrift::new(bytes).int(), Ok(value));
        }
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Thrift::new(&most).int(), Ok(i64::MIN));
    }

    #[test]
    fn a_number_without_an_end_is_refused() {
        assert!(Thrift::new(&[0xff; 20]).int().is_err());
        assert_eq!(Thrift::new(&[0x80]).int(), Err(TRUNCATED));
    }

    #[test]
    fn a_list_longer_than_the_header_is_refused() {
        assert_eq!(Thrift::new(&[0xfc, 0xff, 0xff, 0xff, 0x0f]).list(), Err(TRUNCATED));
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let mut thrift = Thrift::new(&[0x1c; 200]);
        assert!(thrift.fields(|_, _, _| Ok(false)).is_err());
    }
}
