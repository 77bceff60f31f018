//! Evidence of one tenant, where the contract says that records name the tenant.

use std::collections::BTreeSet;

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::{Evidence, Record};
use language::contract::Contract;

use crate::settlement::Lint;

/// The records that speak of `tenant`. Where the contract's records name the tenant (`records: tenant`), those of other
/// tenants are left out, records without a subject stay, and without a named tenant the evidence must speak of one
/// only. Evidence that names one subject throughout, and not the tenant, is taken as a whole, and the statement says so.
pub fn of_tenant(
    contract: &Contract,
    evidence: Evidence,
    tenant: Option<&str>,
) -> Result<(Evidence, Option<Lint>), Vec<Diagnostic>> {
    if !contract.records_name_tenant {
        return Ok((evidence, None));
    }
    let named: BTreeSet<&str> = evidence.records().iter().filter_map(|it| it.subject.as_deref()).collect();
    match tenant {
        None if named.len() > 1 => Err(vec![several(&named)]),
        None => Ok((evidence, None)),
        Some(_) if named.is_empty() => Ok((evidence, None)),
        Some(tenant) if named.len() == 1 && !named.contains(tenant) => {
            let lint = unnamed(tenant, &named);
            Ok((evidence, Some(lint)))
        }
        Some(tenant) => {
            let own = |it: &&Record| it.subject.as_deref().is_none_or(|it| it == tenant);
            let kept = evidence.records().iter().filter(own).cloned().collect();
            Ok((Evidence::of(&contract.schema, kept), None))
        }
    }
}

fn several(named: &BTreeSet<&str>) -> Diagnostic {
    let names = named.iter().copied().collect::<Vec<_>>().join(", ");
    Diagnostic::new(
        "S0106",
        Severity::Error,
        Bilingual::new(
            format!("the evidence speaks of {} tenants: {names}", named.len()),
            format!("证据涉及 {} 个租户：{names}", named.len()),
        ),
        Bilingual::new("choose one with --tenant", "请用 --tenant 选择其中一个"),
    )
}

fn unnamed(tenant: &str, named: &BTreeSet<&str>) -> Lint {
    let names = named.iter().copied().collect::<Vec<_>>().join(", ");
    Lint {
        code: "N0305".to_owned(),
        message: Bilingual::new(
            format!(
                "no record names tenant {tenant} (they name {names}); all records are taken as evidence of {tenant}"
            ),
            format!("没有记录写明租户 {tenant}（写明的是 {names}）；全部记录按 {tenant} 的证据处理"),
        ),
        clause: None,
    }
}
