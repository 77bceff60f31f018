//! Who is in the demonstration: a provider's people, twelve customers, and what each subscribes to.

/// The provider's name.
pub(crate) const PROVIDER: &str = "Polaris Cloud 北极星云";

/// The password of everybody in the demonstration. It is printed; nothing here is secret.
pub(crate) const PASSWORD: &str = "try it and see";

/// Somebody in the provider's house: address, name, role.
pub(crate) const STAFF: [(&str, &str, &str); 6] = [
    ("owner@polaris.example", "Lin Xia 林夏", "owner"),
    ("service@polaris.example", "Zhou Ming 周明", "service_manager"),
    ("finance@polaris.example", "Grace Okafor", "finance"),
    ("support@polaris.example", "Tom Becker", "support"),
    ("auditor@polaris.example", "Chen Yu 陈玉", "auditor"),
    ("authority@polaris.example", "Supervision 监管", "authority"),
];

/// Which of the four agreements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Hosting for medical practices.
    Mwe,
    /// Software for clinical trials.
    Taimei,
    /// Text messages.
    PinganSms,
    /// Help with hosted software.
    Websoft9,
}

impl Agreement {
    pub(crate) const ALL: [Self; 4] = [Self::Mwe, Self::Taimei, Self::PinganSms, Self::Websoft9];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Mwe => "mwe",
            Self::Taimei => "taimei",
            Self::PinganSms => "pingan-sms",
            Self::Websoft9 => "websoft9",
        }
    }

    /// Its text, as shipped.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Mwe => include_str!("../../../../contracts/mwe.md"),
            Self::Taimei => include_str!("../../../../contracts/taimei.md"),
            Self::PinganSms => include_str!("../../../../contracts/pingan-sms.md"),
            Self::Websoft9 => include_str!("../../../../contracts/websoft9.md"),
        }
    }

    /// Hours by which its zone is ahead of UTC when the demonstration's months begin; the days of evidence are dealt out
    /// well inside the month, so that a change of clocks moves nothing across its edge.
    pub(crate) fn offset_hours(self) -> i64 {
        if self == Self::Mwe { -5 } else { 8 }
    }
}

/// A customer and its subscription.
pub(crate) struct Customer {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) admin: &'static str,
    pub(crate) agreement: Agreement,
    pub(crate) plan: Option<&'static str>,
    /// How badly things go for it, in tenths of what is usual.
    pub(crate) luck: u64,
}

const fn customer(
    id: &'static str,
    name: &'static str,
    admin: &'static str,
    agreement: Agreement,
    plan: Option<&'static str>,
    luck: u64,
) -> Customer {
    Customer { id, name, admin, agreement, plan, luck }
}

/// The twelve.
pub(crate) const CUSTOMERS: [Customer; 12] = [
    customer(
        "northfield-clinic",
        "Northfield Clinic",
        "it@northfield.example",
        Agreement::Mwe,
        Some("basic"),
        24,
    ),
    customer(
        "harbor-dental",
        "Harbor Dental",
        "office@harbor.example",
        Agreement::Mwe,
        Some("professional"),
        6,
    ),
    customer("st-anne", "St. Anne Hospital", "ops@st-anne.example", Agreement::Mwe, Some("enterprise"), 10),
    customer("huayue-pharma", "华越医药 Huayue Pharma", "it@huayue.example", Agreement::Taimei, None, 16),
    customer("beichen-trials", "北辰临床 Beichen Trials", "it@beichen.example", Agreement::Taimei, None, 4),
    customer("jinghe-bio", "景和生物 Jinghe Bio", "it@jinghe.example", Agreement::Taimei, None, 9),
    customer(
        "qingniao-express",
        "青鸟快递 Qingniao Express",
        "dev@qingniao.example",
        Agreement::PinganSms,
        None,
        20,
    ),
    customer("yunfan-retail", "云帆零售 Yunfan Retail", "dev@yunfan.example", Agreement::PinganSms, None, 5),
    customer("minle-bank", "民乐银行 Minle Bank", "dev@minle.example", Agreement::PinganSms, None, 20),
    customer("acme-shop", "Acme Shop", "hello@acme.example", Agreement::Websoft9, Some("standard"), 8),
    customer(
        "lanhai-media",
        "蓝海传媒 Lanhai Media",
        "it@lanhai.example",
        Agreement::Websoft9,
        Some("advanced"),
        18,
    ),
    customer("oriole-games", "Oriole Games", "ops@oriole.example", Agreement::Websoft9, Some("premium"), 12),
];
