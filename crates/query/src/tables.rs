//! The tables of one tenant: for every fact the files that stand, whatever stream they came by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use lake::FileEntry;
use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;

use crate::column::{Kind, instant_type, number_type};
use crate::footer;
use crate::refused::Refused;
use crate::session::{Bounds, session, store_url};
use crate::table::{File, Table};

/// A session in which every fact of the tenant is a table, and which can read below the tenant's folder alone.
///
/// `lake` is the lake's root, `entries` what its manifest says stands; those of other tenants are passed over.
pub async fn tenant_session(
    lake: Arc<dyn ObjectStore>,
    tenant: &str,
    entries: &[FileEntry],
    bounds: Bounds,
) -> Result<SessionContext, Refused> {
    let told = |error| Refused::from_engine(&error, bounds.memory_bytes_max);
    let session = session(own(Arc::clone(&lake), tenant)?, bounds).map_err(told)?;
    for (fact, table) in tables(lake, tenant, entries).await? {
        session.register_table(TableReference::bare(fact), Arc::new(table)).map_err(told)?;
    }
    Ok(session)
}

/// The tables of the tenant by fact; their files are named from the tenant's folder on.
pub async fn tables(
    lake: Arc<dyn ObjectStore>,
    tenant: &str,
    entries: &[FileEntry],
) -> Result<BTreeMap<String, Table>, Refused> {
    let own = own(lake, tenant)?;
    let mut tables = BTreeMap::new();
    for (fact, files) in files(tenant, entries)? {
        let columns = columns(&own, tenant, &fact, entries).await?;
        let store = store_url().map_err(unreadable)?;
        tables.insert(fact, Table::new(Arc::new(columns), store, files));
    }
    Ok(tables)
}

/// The tenant's folder as a store of its own.
fn own(lake: Arc<dyn ObjectStore>, tenant: &str) -> Result<Arc<dyn ObjectStore>, Refused> {
    let folder = Path::parse(lake::segment(tenant)).map_err(|_| outside())?;
    Ok(Arc::new(PrefixStore::new(lake, folder)))
}

/// The files of the tenant that stand.
pub(crate) fn standing<'e>(tenant: &'e str, entries: &'e [FileEntry]) -> impl Iterator<Item = &'e FileEntry> {
    entries.iter().filter(move |it| it.place.tenant == tenant && it.removed_at.is_none())
}

/// The partitions of the tenant whose files may name a record twice, each as `stream/fact day`. What is kept beside the records
/// that stand is not among them: it keeps no statement from being answered.
pub fn unsettled(tenant: &str, entries: &[FileEntry]) -> Vec<String> {
    let open = standing(tenant, entries).filter(|it| !it.settled && !it.place.is_superseded());
    let open: BTreeSet<_> = open.map(|it| (it.day, &it.place.stream, &it.place.fact)).collect();
    open.into_iter().map(|(day, stream, fact)| format!("{stream}/{fact} {day}")).collect()
}

/// The standing files of the tenant by fact, named from the tenant's folder on.
pub fn files(tenant: &str, entries: &[FileEntry]) -> Result<BTreeMap<String, Vec<File>>, Refused> {
    let mut files: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for entry in standing(tenant, entries) {
        let file = File { path: within(tenant, entry)?.to_owned(), ..File::from(entry) };
        files.entry(entry.place.fact.clone()).or_default().push(file);
    }
    Ok(files)
}

/// Where the file lies in the tenant's folder.
fn within<'e>(tenant: &str, entry: &'e FileEntry) -> Result<&'e str, Refused> {
    let path = entry.path.strip_prefix(&lake::segment(tenant)).and_then(|it| it.strip_prefix('/'));
    path.ok_or_else(outside)
}

fn unreadable(error: impl std::fmt::Display) -> Refused {
    Refused::Unreadable(error.to_string())
}

fn outside() -> Refused {
    Refused::Place("the manifest names a file that is not the tenant's; check the manifest".to_owned())
}

/// The columns of the files together, by the newest file of each stream: in the order they first occur.
async fn columns(
    store: &Arc<dyn ObjectStore>,
    tenant: &str,
    fact: &str,
    entries: &[FileEntry],
) -> Result<Schema, Refused> {
    let mut newest: BTreeMap<&str, &FileEntry> = BTreeMap::new();
    for file in standing(tenant, entries).filter(|it| it.place.fact == fact) {
        let known = newest.entry(&file.place.stream).or_insert(file);
        if file.until > known.until {
            *known = file;
        }
    }
    let mut columns: Vec<Field> = Vec::new();
    for file in newest.into_values() {
        for field in fields(store, tenant, file).await? {
            match columns.iter().find(|it| it.name() == field.name()) {
                None => columns.push(field),
                Some(known) if known.data_type() == field.data_type() => {}
                Some(_) => return Err(differing(fact, field.name())),
            }
        }
    }
    Ok(Schema::new(columns))
}

fn differing(fact: &str, column: &str) -> Refused {
    Refused::Statement(format!("the streams of `{fact}` do not agree on what `{column}` is"))
}

/// The columns of a file as those of a table; what no file of the lake has is passed over.
async fn fields(store: &Arc<dyn ObjectStore>, tenant: &str, file: &FileEntry) -> Result<Vec<Field>, Refused> {
    let read = footer::columns(store, within(tenant, file)?, file).await?;
    let fields = read.fields().iter().filter_map(|it| {
        let kind = match it.data_type() {
            DataType::Utf8 | DataType::Utf8View => Kind::Text.data_type(),
            DataType::Decimal128(..) => number_type(),
            DataType::Timestamp(..) => instant_type(),
            DataType::Date32 => DataType::Date32,
            DataType::Boolean => DataType::Boolean,
            _ => return None,
        };
        // Another file may lack what this one has.
        Some(Field::new(it.name(), kind, !crate::column::is_always_there(it.name())))
    });
    Ok(fields.collect())
}
