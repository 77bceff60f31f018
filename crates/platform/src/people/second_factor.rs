//! The second factor: a code of six digits that changes every 30 seconds (RFC 6238), good for one use.

use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret: 160 bits.
pub(crate) const SECRET_BYTES: usize = 20;

/// The step of the code, if it is right at `unix_seconds`, one step early or late. A step at or before `used` was used.
pub(crate) fn step(secret: &[u8], code: &str, unix_seconds: i64, used: i64) -> Option<i64> {
    let now = u64::try_from(unix_seconds).ok()?;
    let at = totp(secret)?.check(code.trim(), now)?;
    i64::try_from(at).ok().filter(|it| *it > used)
}

/// What an authenticator takes in: `otpauth://totp/…`.
pub(crate) fn address(secret: &[u8], issuer: &str, email: &str) -> String {
    let secret = base32(secret);
    let (issuer, email) = (percent(issuer), percent(email));
    format!(
        "otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

pub(crate) fn base32(secret: &[u8]) -> String {
    Secret::new(secret.into()).to_base32()
}

fn totp(secret: &[u8]) -> Option<Totp> {
    let secret = Secret::new(secret.into());
    Builder::new().with_secret(secret).with_digits(6).with_skew(1).with_step_duration(30).build().ok()
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|it| {
            if it.is_ascii_alphanumeric() || b"-._~".contains(&it) {
                char::from(it).to_string()
            } else {
                format!("%{it:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (at, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step(secret, code, at, 0), Some(at / 30), "{at}");
        }
    }

    #[test]
    fn a_code_is_good_for_one_use_and_one_step_around() {
        let secret = b"12345678901234567890";
        assert_eq!(step(secret, "287082", 59 + 30, 0), Some(1));
        assert_eq!(step(secret, "287082", 59 + 60, 0), None);
        assert_eq!(step(secret, "287082", 59, 1), None, "used already");
        assert_eq!(step(secret, "287083", 59, 0), None);
    }
}
