//! Passwords: Argon2id, never more than two hashed at once, so that a flood of sign-ins does not fill the memory.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use store::{Chance, Fault};

use crate::refusal::Refusal;

/// KiB of memory, passes, lanes: the least that OWASP's password storage sheet asks for.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Hashes computed at once.
const AT_ONCE: usize = 2;
/// Characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// Passwords that are tried first by everybody.
const COMMON: &str = include_str!("common.txt");

static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// Refuses a password that is too short, too long or too common. Any characters in any composition are fine.
pub(super) fn check(password: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        return Err(Refusal::invalid(
            format!("password: {} to {} characters; this one has {length}", LENGTH.start(), LENGTH.end()),
            format!("password：{} 至 {} 个字符，现为 {length} 个", LENGTH.start(), LENGTH.end()),
        ));
    }
    let lower = password.to_lowercase();
    if COMMON.lines().any(|it| it == lower) {
        return Err(Refusal::invalid(
            "password: it is one of the most used ones; choose another",
            "password：此密码过于常见，请换一个",
        ));
    }
    Ok(())
}

/// The hash to keep: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
pub(super) fn hash(password: &str, chance: &dyn Chance) -> Result<String, Fault> {
    let mut salt = [0; 16];
    chance.fill(&mut salt).map_err(Fault::broken)?;
    let hash = digest(password, &salt)?;
    let (memory, passes, lanes) = COST;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}"))
}

/// Whether the password is the one of the hash. Without a hash the same work is done: how long the answer takes says
/// nothing about who exists.
pub(super) fn matches(password: &str, kept: Option<&str>) -> Result<bool, Fault> {
    let decode = |it: Option<&str>| it.and_then(|it| STANDARD_NO_PAD.decode(it).ok());
    let mut parts = kept.unwrap_or_default().rsplit('$');
    let (expected, salt) = (decode(parts.next()), decode(parts.next()));
    let found = digest(password, salt.as_deref().filter(|it| it.len() >= 8).unwrap_or(&[0; 16]))?;
    Ok(expected.is_some_and(|it| it.len() == found.len() && equal(&it, &found)))
}

/// Compares without stopping at the first difference.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |all, (left, right)| all | (left ^ right)) == 0
}

fn digest(password: &str, salt: &[u8]) -> Result<[u8; 32], Fault> {
    let _turn = Turn::take();
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(|it| Fault::broken(it.to_string()))?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .map_err(|it| Fault::broken(it.to_string()))?;
    Ok(hash)
}

struct Turn;

impl Turn {
    fn take() -> Self {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        while *running >= AT_ONCE {
            running = ENDED.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
        *running += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        ENDED.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use store::SeededChance;

    use super::*;

    #[test]
    fn only_the_same_password_matches() {
        let kept = hash("correct horse", &SeededChance::new(1)).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches("correct horse", Some(&kept)).unwrap());
        assert!(!matches("correct horsf", Some(&kept)).unwrap());
        assert!(!matches("correct horse", None).unwrap());
        assert_ne!(kept, hash("correct horse", &SeededChance::new(2)).unwrap(), "each has its own salt");
    }

    #[test]
    fn short_long_and_common_passwords_are_refused() {
        let long = "长".repeat(128);
        for (password, fine) in [
            ("1234567", false),
            ("password", false),
            ("Password1", false),
            ("tr4mway", false),
            ("tr4mways", true),
            (long.as_str(), true),
        ] {
            assert_eq!(check(password).is_ok(), fine, "{password}");
        }
        assert!(check(&"a".repeat(129)).is_err());
    }
}
