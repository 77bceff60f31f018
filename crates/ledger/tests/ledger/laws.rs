//! Whatever is done, in whatever order: books balance, vouchers stay within bounds, undoing undoes exactly.

use std::collections::BTreeMap;

use ledger::{
    AccountKind, Application, Balances, Delta, Ledger, NewVoucher, Posted, Refusal, Transaction, Voucher,
    VoucherId, apply_vouchers, billing_rows, delta_credit, expire_voucher, issue_payment, issue_voucher,
    pay_out, reverse, trial_balance, vouchers,
};
use proptest::prelude::*;

use super::purse::{Heap, Purse};
use super::some::{account, day, grant, id, invoice, money, tenant};

/// What somebody tries.
#[derive(Debug, Clone)]
enum Try {
    Issue { amount: i64, lasts: Option<i64> },
    Pay { amount: i64 },
    PayOut { amount: i64 },
    Apply { amount: i64 },
    Expire { which: usize },
    Delta { before: i64, after: i64 },
    Reverse { which: usize },
    Again { which: usize },
}

fn any_try() -> impl Strategy<Value = Try> {
    prop_oneof![
        4 => (0..40i64, prop::option::of(0..12i64)).prop_map(|(amount, lasts)| Try::Issue { amount, lasts }),
        1 => (1..40i64).prop_map(|amount| Try::Pay { amount }),
        1 => (1..40i64).prop_map(|amount| Try::PayOut { amount }),
        4 => (-3..60i64).prop_map(|amount| Try::Apply { amount }),
        2 => (0..20usize).prop_map(|which| Try::Expire { which }),
        2 => (0..40i64, 0..40i64).prop_map(|(before, after)| Try::Delta { before, after }),
        3 => (0..40usize).prop_map(|which| Try::Reverse { which }),
        1 => (0..40usize).prop_map(|which| Try::Again { which }),
    ]
}

/// Acts with the days between them.
fn any_story() -> impl Strategy<Value = Vec<(i64, Try)>> {
    prop::collection::vec((0..3i64, any_try()), 1..40)
}

/// The books beside the oracle.
#[derive(Debug, Default)]
struct World {
    books: Ledger,
    purse: Purse,
    /// What each transaction did to heaps: positive when it took.
    changes: BTreeMap<String, BTreeMap<usize, i64>>,
    undone: Vec<String>,
    owed: i64,
    paid: BTreeMap<String, i64>,
}

impl World {
    fn open(&self) -> Vec<Voucher> {
        self.books.vouchers()
    }

    /// Posts, and says whether it was taken; a refusal must leave no trace.
    fn post(&mut self, transaction: Result<Transaction, Refusal>) -> Option<String> {
        let transaction = transaction.ok()?;
        let before = self.books.clone();
        let name = transaction.id().to_string();
        match self.books.post(transaction) {
            Ok(Posted::New) => Some(name),
            Ok(Posted::Already) => panic!("{name} is new"),
            Err(_) => {
                assert_eq!(self.books, before, "a refusal changes nothing");
                None
            }
        }
    }

    fn act(&mut self, number: usize, on: i64, what: &Try) {
        let name = format!("t{number:03}");
        match what {
            Try::Issue { amount, lasts } => {
                let until = lasts.map(|days| on + days);
                self.issue(number, on, *amount, until, &name);
            }
            Try::Pay { amount } => {
                let taken = self.post(issue_payment(grant(&name, on, money(*amount))));
                self.owed += amount;
                self.paid.insert(taken.unwrap(), *amount);
            }
            Try::PayOut { amount } => {
                let taken = self.post(pay_out(grant(&name, on, money(*amount))));
                assert_eq!(taken.is_some(), *amount <= self.owed, "no more is paid out than is owed");
                if let Some(name) = taken {
                    self.owed -= amount;
                    self.paid.insert(name, -amount);
                }
            }
            Try::Apply { amount } => self.apply(on, *amount, &name),
            Try::Expire { which } => self.expire(on, *which, &name),
            Try::Delta { before, after } => self.delta(number, on, *before, *after, &name),
            Try::Reverse { which } => self.reverse(on, *which, &name),
            Try::Again { which } => self.again(*which),
        }
    }

    fn issue(&mut self, number: usize, on: i64, amount: i64, until: Option<i64>, name: &str) {
        let made = issue_voucher(grant(name, on, money(amount)), voucher_name(number), until.map(day));
        let taken = self.post(made);
        assert_eq!(taken.is_some(), amount > 0 && until.is_none_or(|end| on < end));
        if taken.is_some() {
            self.purse.0.insert(number, Heap { original: amount, left: amount, from: on, until });
            self.changes.insert(name.to_owned(), BTreeMap::from([(number, -amount)]));
        }
    }

    fn apply(&mut self, on: i64, amount: i64, name: &str) {
        let applied = apply_vouchers(id(name), day(on), &invoice(name, money(amount)), &self.open());
        let Ok(Application { transaction, used, applied, to_pay }) = applied else {
            assert!(amount < 0, "only a negative invoice is refused");
            return;
        };
        let taken = self.purse.take(on, amount);
        let named = |(voucher, part): &(Voucher, ledger::Money)| (number_of(voucher), part.minor);
        assert_eq!(used.iter().map(named).collect::<BTreeMap<_, _>>(), taken, "the order of use");
        assert_eq!(applied.minor, taken.values().sum::<i64>());
        assert_eq!(applied.minor + to_pay.minor, amount, "nothing is lost between voucher and invoice");
        if let Some(transaction) = transaction {
            self.post(Ok(transaction)).unwrap();
            assert_eq!(self.books.applied_to(&invoice(name, money(amount))), applied);
            self.changes.insert(name.to_owned(), taken);
        }
    }

    fn expire(&mut self, on: i64, which: usize, name: &str) {
        let open = self.open();
        let Some(voucher) = open.get(which % open.len().max(1)) else { return };
        let heap = self.purse.0.get_mut(&number_of(voucher)).unwrap();
        let possible = heap.left > 0 && heap.until.is_some_and(|end| end <= on);
        let lost = BTreeMap::from([(number_of(voucher), heap.left)]);
        if possible {
            heap.left = 0;
        }
        let taken = self.post(expire_voucher(id(name), day(on), voucher));
        assert_eq!(taken.is_some(), possible);
        self.changes.extend(taken.map(|name| (name, lost)));
    }

    fn delta(&mut self, number: usize, on: i64, before: i64, after: i64, name: &str) {
        let delta = Delta {
            id: id(name),
            at: day(on),
            tenant: tenant(),
            statement: name.to_owned(),
            before: money(before),
            after: money(after),
            memo: String::new(),
        };
        let new = NewVoucher { id: voucher_name(number), expires_at: None };
        let made = delta_credit(delta, new, &self.open()).unwrap();
        assert_eq!(made.is_none(), before == after);
        let Some(transaction) = made else { return };
        self.post(Ok(transaction)).unwrap();
        if before < after {
            let original = after - before;
            self.purse.0.insert(number, Heap { original, left: original, from: on, until: None });
            self.changes.insert(name.to_owned(), BTreeMap::from([(number, -original)]));
        } else {
            let taken = self.purse.take(on, before - after);
            let waived = before - after - taken.values().sum::<i64>();
            let kept = self.books.balances().of_account(&account(AccountKind::CreditWaived, name));
            assert_eq!(kept, i128::from(waived), "what vouchers do not hold is waived");
            self.changes.insert(name.to_owned(), taken);
        }
    }

    fn reverse(&mut self, on: i64, which: usize, name: &str) {
        let posted = self.books.transactions().to_vec();
        let Some(original) = posted.get(which % posted.len().max(1)) else { return };
        let key = original.id().to_string();
        let before = self.books.balances().clone();
        let taken = self.post(reverse(id(name), day(on), String::new(), original));
        assert_eq!(taken.is_some(), self.can_be_undone(&key), "{key}");
        if taken.is_some() {
            self.owed -= self.paid.get(&key).copied().unwrap_or_default();
            for (heap, change) in self.changes.get(&key).into_iter().flatten() {
                self.purse.0.get_mut(heap).unwrap().left += change;
            }
            self.undone.push(key);
            let twice = reverse(id("twice"), day(on), String::new(), original);
            assert!(self.post(twice).is_none(), "nothing is reversed twice");
            let pair = [original, self.books.transactions().last().unwrap()];
            assert_eq!(Balances::of(pair), Balances::default(), "a reversal is the exact mirror");
            assert_ne!(*self.books.balances(), before);
        }
    }

    /// Not a reversal, not undone, and every heap stays within its bounds.
    fn can_be_undone(&self, key: &str) -> bool {
        let changes = self.changes.get(key);
        let known = changes.is_some() || self.paid.contains_key(key);
        let within = |(heap, change): (&usize, &i64)| {
            let heap = &self.purse.0[heap];
            (0..=heap.original).contains(&(heap.left + change))
        };
        let still_owed = self.paid.get(key).is_none_or(|paid| *paid <= self.owed);
        known
            && still_owed
            && !self.undone.iter().any(|it| it == key)
            && changes.into_iter().flatten().all(within)
    }

    fn again(&mut self, which: usize) {
        let posted = self.books.transactions().to_vec();
        let Some(known) = posted.get(which % posted.len().max(1)) else { return };
        let before = self.books.clone();
        assert_eq!(self.books.post(known.clone()), Ok(Posted::Already));
        assert_eq!(self.books, before, "the same transaction again changes nothing");
    }

    fn check(&self) {
        let balances = self.books.balances();
        assert!(trial_balance(balances).values().all(|sum| *sum == 0), "books balance in every currency");
        assert_eq!(*balances, Balances::of(self.books.transactions()), "balances are the sum of postings");
        for voucher in self.open() {
            let heap = &self.purse.0[&number_of(&voucher)];
            assert_eq!((voucher.original.minor, voucher.remaining.minor), (heap.original, heap.left));
            assert!((0..=voucher.original.minor).contains(&voucher.remaining.minor));
        }
        assert_eq!(self.open().len(), self.purse.0.len());
        let cash = account(AccountKind::PayableCash, "claim 7");
        assert_eq!(balances.of_account(&cash), -i128::from(self.owed));
    }
}

fn voucher_name(number: usize) -> VoucherId {
    VoucherId::new(format!("v{number:03}"))
}

fn number_of(voucher: &Voucher) -> usize {
    voucher.id.as_str()[1..].parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn books_agree_with_an_oracle_that_moves_one_unit_at_a_time(story in any_story()) {
        let mut world = World::default();
        let mut on = 1;
        for (number, (days, what)) in story.iter().enumerate() {
            on += days;
            world.act(number, on, what);
            world.check();
        }
        let stored = world.books.transactions().to_vec();
        prop_assert_eq!(&Ledger::replay(stored.clone()).unwrap(), &world.books, "replay gives the same books");
        prop_assert_eq!(vouchers(&stored), world.open());
        let rows = billing_rows(&stored);
        let net: i64 = rows.iter().map(|row| row.debit_minor - row.credit_minor).sum();
        prop_assert_eq!(net, 0, "what is exported balances");
        prop_assert_eq!(rows.len(), stored.iter().map(|it| it.postings().len()).sum::<usize>());
        prop_assert!(rows.iter().all(|row| (row.debit_minor == 0) != (row.credit_minor == 0)));
    }

    #[test]
    fn the_order_of_transactions_does_not_change_balances(story in any_story(), turn in 0..40usize) {
        let mut world = World::default();
        for (number, (_, what)) in story.iter().enumerate() {
            world.act(number, 1, what);
        }
        let mut turned = world.books.transactions().to_vec();
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        prop_assert_eq!(&Balances::of(&turned), world.books.balances());
        prop_assert_eq!(vouchers(&turned), world.open());
    }

    #[test]
    fn undoing_everything_leaves_nothing(story in any_story()) {
        let mut world = World::default();
        for (number, (_, what)) in story.iter().enumerate() {
            world.act(number, 1, what);
        }
        let (mut done, paid_out): (Vec<_>, Vec<_>) = world
            .books
            .transactions()
            .to_vec()
            .into_iter()
            .partition(|it| !matches!(it.kind(), ledger::TransactionKind::PayOut { .. }));
        done.extend(paid_out);
        for original in done.iter().rev() {
            let name = format!("undo {}", original.id());
            if original.reverses().is_none() && world.books.reversed_by(original.id()).is_none() {
                let reversal = reverse(id(&name), day(1), String::new(), original).unwrap();
                prop_assert_eq!(world.books.post(reversal), Ok(Posted::New));
            }
        }
        prop_assert_eq!(world.books.balances(), &Balances::default());
    }
}
