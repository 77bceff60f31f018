//! Files that another engine wrote, with its own answers.
//!
//! DuckDB 2.0 wrote both: 5,000 rows of `account_id`, `ts_us`, `kind`, `status`, `parts`, `price_e4`, `msg_id` (unsigned, all 64
//! bits) and `ported`, in the first and the second version of the format.

use crate::kernel::{Filter, Kind, Measure, Measured, MemoryFile, Part, Plan, Test, Time, Value, run};

const FILES: [(&str, &[u8]); 2] =
    [("v1", include_bytes!("duckdb.parquet")), ("v2", include_bytes!("duckdb_v2.parquet"))];

/// One line of the answer, in the order of the query below.
type Line = (Option<&'static str>, u64, u64, i128, i128, i128, usize);

/// SELECT kind, count(*), count(*) FILTER (status = 0), sum(parts * price_e4), min(price_e4), max(msg_id),
/// count(DISTINCT account_id) WHERE NOT (ts_us >= 1764548200000000 AND ts_us < 1764549200000000) AND status NOT IN (3, 4)
/// GROUP BY kind
const ANSWER: [Line; 4] = [
    (None, 384, 377, 151_806, 300, 18_359_989_948_300_927_097, 20),
    (Some("sms"), 1105, 1087, 436_361, 300, 18_433_778_044_275_305_955, 20),
    (Some("voice"), 1204, 1181, 466_426, 300, 18_441_615_763_962_297_818, 20),
    (Some("邮件"), 1248, 1232, 480_209, 300, 18_406_696_702_365_499_866, 20),
];

fn plan() -> Plan {
    let status = |values: &[i128]| {
        Filter::Column("status".into(), Test::OneOf(values.iter().map(|it| Value::Int(*it)).collect()))
    };
    let not = |it: Filter| Filter::Not(Box::new(it));
    let outside = not(Filter::During(vec![(1_764_548_200_000_000, 1_764_549_200_000_000)]));
    Plan {
        time: Some(Time { column: "ts_us".into(), from: i64::MIN, until: i64::MAX, slice: None }),
        filter: Filter::And(vec![outside, not(status(&[3, 4]))]),
        keys: vec!["kind".into()],
        measures: vec![
            Measured::all(Measure::Count),
            Measured { measure: Measure::Count, only: status(&[0]) },
            Measured::all(Measure::SumOfProducts("parts".into(), "price_e4".into())),
            Measured::all(Measure::Values("price_e4".into())),
            Measured::all(Measure::Values("msg_id".into())),
            Measured::all(Measure::Distinct(vec!["account_id".into()])),
        ],
        ..Plan::default()
    }
}

#[test]
fn another_engines_files_give_its_own_answers() {
    for (name, bytes) in FILES {
        let answer = run(&plan(), &MemoryFile::new(name, bytes.to_vec())).unwrap();
        let found: Vec<_> = answer.groups.iter().collect();
        assert_eq!(found.len(), ANSWER.len());
        for ((key, parts), (kind, count, ok, fee, least, most, accounts)) in found.into_iter().zip(ANSWER) {
            assert_eq!(key.1, [kind.map(|it| Value::Text(it.into()))], "{name}");
            let [
                Part::Count(n),
                Part::Count(good),
                Part::Sum { total, .. },
                Part::Values(prices),
                Part::Values(ids),
                distinct,
            ] = &parts[..]
            else {
                panic!("{name}: {parts:?}");
            };
            assert_eq!((*n, *good, *total), (count, ok, fee), "{name}");
            assert_eq!(prices.keys().next(), Some(&Value::Int(least)), "{name}");
            assert_eq!(ids.keys().next_back(), Some(&Value::Int(most)), "{name}");
            let Part::Distinct { seen, alone: 0 } = distinct else { panic!("{name}: {distinct:?}") };
            assert_eq!(seen.len(), accounts, "{name}");
        }
    }
}

#[test]
fn bounds_of_unsigned_numbers_and_texts_are_not_taken_for_signed_ones() {
    for (name, bytes) in FILES {
        let footer = crate::kernel::footer(&MemoryFile::new(name, bytes.to_vec())).unwrap();
        let mut met = [false; 2];
        for (at, column) in footer.columns.iter().enumerate() {
            let is_signed = matches!(
                column.kind,
                Kind::Int32 { unsigned: false, .. } | Kind::Int64 { unsigned: false, .. }
            );
            met[usize::from(is_signed)] = true;
            let chunks = footer.groups.iter().filter_map(|it| it.chunks.get(at));
            assert!(chunks.clone().count() > 0);
            for chunk in chunks {
                let bounds = (chunk.min.is_some(), chunk.max.is_some());
                assert_eq!(bounds, (is_signed, is_signed), "{name} {}", column.name);
            }
        }
        assert_eq!(met, [true; 2], "{name} has columns of both sorts");
    }
}
