//! Forms of a signed-in person carry a token that only our own pages can know.
//!
//! It is made from the session's secret, which scripts and other sites cannot read, and masked anew on each page, so that a
//! compressed page does not give it away bit by bit.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use platform::{Failure, Refusal, RefusalKind};
use sha2::Sha256;
use web::Parts;

use crate::fields::Fields;

/// The field's name.
pub(crate) const FIELD: &str = "form";
/// The field of a form that comes again with the password, because what it does must be confirmed.
pub(crate) const PASSWORD: &str = "confirmation_password";
const LENGTH: usize = 32;

/// The token for a page of this session, masked with `mask`.
pub(crate) fn token(session: &str, mask: [u8; LENGTH]) -> String {
    let mut bytes = mask.to_vec();
    bytes.extend(secret(session).iter().zip(mask).map(|(it, mask)| it ^ mask));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn secret(session: &str) -> [u8; LENGTH] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(session.as_bytes()) else { return [0; LENGTH] };
    mac.update(b"upheld form");
    mac.finalize().into_bytes().into()
}

fn fits(session: &str, token: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
    let Some((mask, masked)) = bytes.split_at_checked(LENGTH) else { return false };
    let secret = secret(session);
    let differing =
        masked.iter().zip(mask).zip(secret).fold(0, |all, ((it, mask), own)| all | (it ^ mask ^ own));
    masked.len() == LENGTH && differing == 0
}

/// Refuses a form that does not come from a page of this session.
pub(crate) fn check(parts: &Parts, fields: &Fields) -> Result<(), Failure> {
    let Some(session) = &parts.session else { return Ok(()) };
    if fits(session, fields.text(FIELD)) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Forbidden,
        "this form is from another session: open its page again",
        "此表单属于另一次登录：请重新打开页面",
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_own_session_under_any_mask() {
        assert!(fits("one", &token("one", [0; 32])) && fits("one", &token("one", [7; 32])));
        assert_ne!(token("one", [0; 32]), token("one", [7; 32]));
    }

    #[test]
    fn a_token_of_another_session_or_with_a_changed_character_does_not_fit() {
        let mine = token("one", [3; 32]);
        assert!(!fits("two", &mine) && !fits("one", "") && !fits("one", "AAAA"));
        for at in 0..mine.len() - 1 {
            let mut other: Vec<char> = mine.chars().collect();
            other[at] = if other[at] == 'A' { 'B' } else { 'A' };
            let other: String = other.into_iter().collect();
            assert!(!fits("one", &other), "{at}");
        }
    }
}
