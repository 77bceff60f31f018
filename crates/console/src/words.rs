//! Every word of the pages, in Chinese and English: one method for each message of `words/*.ftl`, made when this crate is
//! built. A key or an argument that one language lacks stops the build.

use diagnostic::Lang;

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) lang: Lang,
}

#[expect(unreachable_pub, reason = "made by the build")]
mod made {
    use super::{Lang, Words};
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}
