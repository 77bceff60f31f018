//! Not now, not you, not so: why the platform does not do what it was asked. One kind is one problem type of the API.

use std::fmt;

use diagnostic::{Bilingual, Diagnostic};
use store::Fault;

/// What a use-case ends with when it does not succeed.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The caller asked for something that cannot be done; the caller can do something about it.
    Refusal(Box<Refusal>),
    /// The world failed; the caller sees no more than that.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(it: Fault) -> Self {
        Self::Fault(it)
    }
}

impl From<Refusal> for Failure {
    fn from(it: Refusal) -> Self {
        Self::Refusal(Box::new(it))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refusal(it) => write!(f, "{}: {}", it.kind.slug(), it.detail.en),
            Self::Fault(it) => it.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// A refusal with its reason, in both languages, and what is wrong in the caller's text where that is the reason.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What sort of refusal.
    pub kind: RefusalKind,
    /// Why, and what can be done about it.
    pub detail: Bilingual,
    /// Everything that is wrong with the text, file or record that was sent.
    pub findings: Vec<Diagnostic>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

macro_rules! kinds {
    ($($variant:ident $slug:literal $en:literal $zh:literal;)*) => {
        /// The kinds of refusal. Each is one problem type of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum RefusalKind { $(#[doc = $en] $variant,)* }

        impl RefusalKind {
            /// All kinds, as the documentation lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The last part of the problem type's address.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// What it says in general.
            pub fn title(self) -> Bilingual {
                match self { $(Self::$variant => Bilingual::new($en, $zh),)* }
            }
        }
    };
}

kinds! {
    Unauthenticated "unauthenticated" "Sign in first." "请先登录。";
    WrongCredentials "wrong-credentials" "E-mail, password or code is wrong." "邮箱、密码或验证码不正确。";
    SecondFactorNeeded "second-factor-needed" "The code of the second factor is needed." "需要第二因素验证码。";
    ConfirmationNeeded "confirmation-needed" "Confirm with your password first." "请先用密码确认。";
    Forbidden "forbidden" "Your role does not allow this." "您的角色无权执行此操作。";
    NotFound "not-found" "There is nothing here under this name." "此名称下没有内容。";
    MethodNotAllowed "method-not-allowed" "This cannot be done here; see the Allow header." "此处不支持该操作，请见 Allow 头。";
    Invalid "invalid" "What was sent is not right." "提交的内容有误。";
    UnfitState "unfit-state" "Its present state does not allow this." "当前状态不允许此操作。";
    Exists "exists" "There is one with this name already." "此名称已被使用。";
    WindowClosed "window-closed" "The time for this has not come or is over." "尚未到期或已过期限。";
    Incomplete "incomplete" "The evidence is not complete." "证据不完整。";
    FindingsOpen "findings-open" "Findings must be acknowledged by name first." "须先逐项确认检查结果。";
    Outdated "outdated" "It has changed since you looked." "内容已被更改，请重新读取。";
    PreconditionNeeded "precondition-needed" "Say which revision you change: send If-Match." "请用 If-Match 说明所改的修订版。";
    KeyReused "key-reused" "This Idempotency-Key was used for another request." "此 Idempotency-Key 已用于另一请求。";
    TooLarge "too-large" "What was sent is too large." "提交的内容过大。";
    UnsupportedMedia "unsupported-media" "This media type is not understood here." "不支持此媒体类型。";
    TooMany "too-many" "Too many requests." "请求过多。";
    StorageFull "storage-full" "There is no space left to keep it." "存储空间不足。";
    Unavailable "unavailable" "The store cannot be reached now." "存储暂不可用。";
    Retained "retained" "It must be kept; it cannot be shortened or deleted." "依保留期须保存，不得缩短或删除。";
}

impl Refusal {
    /// A refusal of this kind for this reason.
    pub fn new(kind: RefusalKind, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { kind, detail: Bilingual::new(en, zh), findings: Vec::new(), retry_after: None }
    }

    /// There is nothing here under this name: also what somebody sees who may not know that there is.
    pub fn not_found() -> Self {
        let title = RefusalKind::NotFound.title();
        Self::new(RefusalKind::NotFound, title.en, title.zh)
    }

    /// What was sent is not right, for one reason.
    pub fn invalid(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, en, zh)
    }

    /// A text with U+0000, which PostgreSQL cannot keep and which is therefore taken nowhere; `field`: whose text it is.
    pub fn zero(field: &str) -> Self {
        Self::invalid(
            format!("{field}: the character U+0000 cannot be kept; leave it out"),
            format!("{field}：字符 U+0000 无法保存，请去掉"),
        )
    }

    /// What was sent is not right, with everything that is wrong with it.
    pub fn findings(findings: Vec<Diagnostic>) -> Self {
        let count = findings.len();
        let mut refusal = Self::invalid(format!("{count} things are wrong"), format!("有 {count} 处错误"));
        refusal.findings = findings;
        refusal
    }

    /// Its present state does not allow this.
    pub fn unfit(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(RefusalKind::UnfitState, en, zh)
    }
}
