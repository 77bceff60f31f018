//! A month of believable evidence for one customer, made from a seed: the same seed, the same month.

use std::fmt::Write as _;

use calendar::Date;
use serde_json::{Value, json};

use super::cast::{Agreement, Customer};

/// Chance that can be repeated (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Of a text: each customer's months have dice of their own.
    pub(crate) fn of(text: &str) -> Self {
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, it| {
            (hash ^ u64::from(it)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 until `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap_or(0)]
    }
}

/// Records with the minute of the month (from its first midnight, local) at which each is known.
pub(crate) struct Known {
    pub(crate) minute: i64,
    pub(crate) record: Value,
}

/// The evidence of one month, in the order it becomes known.
pub(crate) fn evidence(customer: &Customer, first: Date, days: i64) -> Vec<Known> {
    let mut month = Month {
        dice: Dice::of(&format!("{}/{first}", customer.id)),
        name: customer.id,
        first,
        last_minute: days * 1_440 - 240,
        offset: customer.agreement.offset_hours(),
        luck: customer.luck,
        count: 0,
        known: Vec::new(),
    };
    match customer.agreement {
        Agreement::Mwe => month.hosting(customer.plan.unwrap_or_default()),
        Agreement::Taimei => month.trials(),
        Agreement::PinganSms => month.messages(),
        Agreement::Websoft9 => month.support(customer.plan.unwrap_or_default()),
    }
    month.known.sort_by_key(|it| it.minute);
    month.known
}

struct Month {
    dice: Dice,
    name: &'static str,
    first: Date,
    last_minute: i64,
    offset: i64,
    luck: u64,
    count: u32,
    known: Vec<Known>,
}

impl Month {
    /// A minute of the month as an instant with its offset.
    fn at(&self, minute: i64) -> String {
        let (day, rest) = (minute.div_euclid(1_440), minute.rem_euclid(1_440));
        let date = self.first.add_days(i32::try_from(day).unwrap_or(0)).unwrap_or(self.first);
        let mut text = format!("{date}T{:02}:{:02}:00", rest / 60, rest % 60);
        let _ = write!(text, "{}{:02}:00", if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        text
    }

    /// Some minute of the month, not on its edges.
    fn minute(&mut self) -> i64 {
        let room = u64::try_from(self.last_minute - 480).unwrap_or(1);
        240 + i64::try_from(self.dice.below(room)).unwrap_or(0)
    }

    fn minutes(&mut self, from: u64, until: u64) -> i64 {
        i64::try_from(from + self.dice.below(until - from)).unwrap_or(1)
    }

    fn add(&mut self, minute: i64, fact: &str, mut fields: Value) {
        self.count += 1;
        let id = format!("{}-{}-{fact}-{}", self.name, self.first, self.count);
        if let Value::Object(members) = &mut fields {
            members.insert("fact".to_owned(), json!(fact));
            members.insert("id".to_owned(), json!(id));
        }
        self.known.push(Known { minute, record: fields });
    }

    fn fee(&mut self, amount: &str, more: Value) {
        let mut fields = json!({ "at": self.at(600), "amount": amount });
        if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
            fields.extend(more);
        }
        self.add(600, "fee", fields);
    }

    /// A window of maintenance, told three days before.
    fn maintenance(&mut self, fact: &str, kind: Option<&str>) {
        let from = self.minute().max(4_400) / 1_440 * 1_440 + 120;
        let until = from + self.minutes(60, 180);
        let announced = from - 3 * 1_440 + 600;
        let mut fields =
            json!({ "from": self.at(from), "until": self.at(until), "announced_at": self.at(announced) });
        if let (Value::Object(members), Some(kind)) = (&mut fields, kind) {
            members.insert("kind".to_owned(), json!(kind));
        }
        self.add(announced, fact, fields);
    }

    /// Medical Web Experts: outages of a few minutes, seldom of hours, and a fee.
    fn hosting(&mut self, plan: &str) {
        let fee = match plan {
            "enterprise" => "1200.00 USD",
            "professional" => "600.00 USD",
            _ => "300.00 USD",
        };
        self.fee(fee, json!({}));
        self.maintenance("maintenance", Some("scheduled"));
        let count = 2 + self.dice.below(3);
        for _ in 0..count {
            let from = self.minute();
            let length = self.minutes(3, 4 + 12 * self.luck);
            let causes = ["platform", "platform", "platform", "third_party", "dns"];
            let cause = self.dice.pick(&causes);
            let until = from + length;
            self.add(
                until,
                "outage",
                json!({ "from": self.at(from), "until": self.at(until), "cause": cause }),
            );
        }
    }

    /// Taimei: short unavailabilities, maintenance at night, and the monthly count of documents.
    fn trials(&mut self) {
        self.maintenance("maintenance", None);
        let count = 1 + self.dice.below(3);
        for _ in 0..count {
            let from = self.minute();
            let until = from + self.minutes(1, 3 + 2 * self.luck);
            let scope = self.dice.pick(&["tenant", "tenant", "function", "account"]);
            let fields = json!({ "from": self.at(from), "until": self.at(until), "scope": scope, "cause": "own_fault", "subject": self.name });
            self.add(until, "unavailability", fields);
        }
        let lost = u64::from(self.dice.below(10) < self.luck / 4);
        let at = self.last_minute - 60;
        let total = 9_000 + self.dice.below(3_000);
        self.add(
            at,
            "documents",
            json!({ "at": self.at(at), "total": total, "intact": total - lost, "subject": self.name }),
        );
    }

    /// Ping An Cloud: some thousand messages from three accounts, most of them by day and delivered, and the fee they came to.
    fn messages(&mut self) {
        for _ in 0..2_400 {
            let at = self.waking_minute();
            let dice = self.dice.below(1_000);
            let account = self.dice.pick(&["otp", "otp", "otp", "notice", "notice", "promotion"]);
            let mut fields = self.receipt(dice);
            fields["at"] = json!(self.at(at));
            fields["subject"] = json!(account);
            self.add(at + 5, "message", fields);
        }
        self.fee("1850.00 CNY", json!({ "paid_by": "cash" }));
    }

    /// What became of a message, by a number below a thousand.
    fn receipt(&mut self, dice: u64) -> Value {
        let failed = 4 * self.luck;
        if dice < failed {
            match dice % 8 {
                0 => json!({ "outcome": "pending", "number": "valid" }),
                1 => json!({ "outcome": "failed", "number": "valid" }),
                _ => json!({ "outcome": "failed", "number": "valid", "cause": "platform" }),
            }
        } else if dice < failed + 8 {
            let cause =
                self.dice.pick(&["regulator_control", "regulator_control", "harassment", "rule_breach"]);
            json!({ "outcome": "failed", "number": "valid", "cause": cause })
        } else if dice < failed + 20 {
            let number = self.dice.pick(&["not_exist", "not_exist", "unreachable", "blacklisted"]);
            json!({ "outcome": "failed", "number": number })
        } else {
            json!({ "outcome": "delivered", "number": "valid" })
        }
    }

    /// Some minute of the month, seldom at night.
    fn waking_minute(&mut self) -> i64 {
        let minute = self.minute();
        if minute % 1_440 < 420 { self.minute() } else { minute }
    }

    /// Websoft9: tickets by priority, answered in time or not, and the month's subscription.
    fn support(&mut self, plan: &str) {
        let (fee, normal, high) = match plan {
            "premium" => ("1299.00 CNY", 120, 10),
            "advanced" => ("699.00 CNY", 360, 30),
            _ => ("399.00 CNY", 720, 180),
        };
        self.fee(fee, json!({}));
        let count = 4 + self.dice.below(4);
        for _ in 0..count {
            let from = self.minute();
            let urgent = self.dice.below(3) == 0;
            let target: i64 = if urgent { high } else { normal };
            let late = self.dice.below(100) < 2 * self.luck;
            let share = if late { 110 + self.minutes(0, 90) } else { 20 + self.minutes(0, 70) };
            let until = from + (target * share / 100).max(1);
            let fields = json!({
                "from": self.at(from), "until": self.at(until), "priority": if urgent { "high" } else { "normal" },
                "outage_related": urgent,
            });
            self.add(until, "ticket", fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cast::CUSTOMERS;
    use super::*;

    #[test]
    fn a_month_is_the_same_each_time_and_every_line_is_read() {
        let first = Date::parse("2026-10-01").unwrap();
        for customer in &CUSTOMERS {
            let lines = |()| -> Vec<String> {
                evidence(customer, first, 31).iter().map(|it| it.record.to_string()).collect()
            };
            let text = lines(());
            assert_eq!(text, lines(()));
            let (contract, _) = language::read(customer.agreement.id(), customer.agreement.text());
            let file =
                ::evidence::SourceFile { name: "month.ndjson".into(), bytes: text.join("\n").into_bytes() };
            let (read, found) = ::evidence::read(&contract.unwrap().schema, &[file]);
            assert_eq!(found, [], "{}", customer.id);
            assert_eq!(read.records().len(), text.len(), "{}", customer.id);
        }
    }
}
