//! The files of one fact as a table. Which files are read is decided by the list, never by looking into folders, and a
//! file whose records all lie outside the time asked about is not opened.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, BooleanArray, StringArray, TimestampNanosecondArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, DFSchema, Result, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::scalar::ScalarValue;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::column::AT;
use crate::verified;

/// The column that says which stream a record came by.
pub const STREAM: &str = "stream";

/// One file of the lake, as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where it lies in its store.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes; a file of others is not read.
    #[serde(with = "verified::hex")]
    pub sha256: [u8; 32],
    /// How many records it holds.
    pub rows: u64,
    /// The stream its records came by.
    pub stream: String,
    /// The least `at` of its records, in nanoseconds since 1970.
    pub first: i64,
    /// The greatest `at` of its records, in nanoseconds since 1970.
    pub last: i64,
}

impl From<&lake::FileEntry> for File {
    /// Named from the root of the lake on.
    fn from(entry: &lake::FileEntry) -> File {
        File {
            path: entry.path.clone(),
            bytes: entry.bytes,
            sha256: entry.sha256,
            rows: entry.rows,
            stream: entry.place.stream.clone(),
            first: entry.from.nanos(),
            last: entry.until.nanos(),
        }
    }
}

/// Files of one fact, read as one table.
#[derive(Clone, Debug)]
pub struct Table {
    columns: TableSchema,
    store: ObjectStoreUrl,
    files: Vec<File>,
}

impl Table {
    /// A table with these columns, and [`STREAM`] unless a column of that name is among them, over files of that store.
    /// A column that a file does not have is absent in all its records.
    pub fn new(columns: SchemaRef, store: ObjectStoreUrl, files: Vec<File>) -> Table {
        let stream = Arc::new(Field::new(STREAM, DataType::Utf8, false));
        let apart = if columns.index_of(STREAM).is_ok() { Vec::new() } else { vec![stream] };
        let columns = TableSchema::builder(columns).with_table_partition_cols(apart).build();
        Table { columns, store, files }
    }

    /// The table whose columns, the one of streams included, are these.
    pub fn of_all_columns(columns: &Schema, store: ObjectStoreUrl, files: Vec<File>) -> Table {
        let in_files = columns.fields().iter().filter(|it| *it.data_type() != DataType::Utf8);
        Table::new(Arc::new(Schema::new(in_files.cloned().collect::<Vec<_>>())), store, files)
    }

    /// The same files, of a store in which they lie in that folder.
    pub fn below(mut self, folder: &str) -> Table {
        for file in &mut self.files {
            file.path = format!("{folder}/{}", file.path);
        }
        self
    }

    /// The store the files lie in.
    pub fn store(&self) -> &ObjectStoreUrl {
        &self.store
    }

    /// The files, in the order given.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The files that may hold a record for which all filters hold.
    fn needed(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<File>> {
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(self.files.clone()) };
        let columns = Arc::clone(self.columns.table_schema());
        let filter = state.create_physical_expr(filter, &DFSchema::try_from(columns.as_ref().clone())?)?;
        let predicate = PruningPredicateBuilder::new().with_file_schema(columns).build(filter);
        let Some(predicate) = predicate else { return Ok(self.files.clone()) };
        let needed = predicate.prune(&Listed { files: &self.files, by_stream: self.has_streams() })?;
        Ok(self
            .files
            .iter()
            .zip(needed)
            .filter(|(_, needed)| *needed)
            .map(|(file, _)| file.clone())
            .collect())
    }

    /// Whether the stream is a column of its own.
    fn has_streams(&self) -> bool {
        !self.columns.table_partition_cols().is_empty()
    }

    fn partitioned(&self, file: File) -> Result<PartitionedFile> {
        let apart = self.has_streams();
        let mut listed = PartitionedFile::new(String::new(), file.bytes);
        // The path is the very text: nothing in it is escaped once more.
        listed.object_meta.location = Path::parse(verified::name(&file.sha256, &file.path))?;
        listed.partition_values = apart.then(|| ScalarValue::Utf8(Some(file.stream))).into_iter().collect();
        Ok(listed)
    }
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.columns.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let needed = self.needed(state, filters)?;
        if needed.is_empty() {
            let columns = match projection {
                Some(projection) => Arc::new(self.schema().project(projection)?),
                None => self.schema(),
            };
            return Ok(Arc::new(EmptyExec::new(columns)));
        }
        let rows = needed.iter().map(|it| usize::try_from(it.rows).unwrap_or(usize::MAX));
        let rows = rows.fold(0usize, usize::saturating_add);
        let statistics =
            Statistics { num_rows: Precision::Inexact(rows), ..Statistics::new_unknown(&self.schema()) };
        let listed = needed.into_iter().map(|file| self.partitioned(file)).collect::<Result<_>>()?;
        let groups = FileGroup::new(listed).split_files(state.config().target_partitions());
        let source = ParquetSource::new(self.columns.clone()).with_pushdown_filters(true);
        let scan = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit)
            .with_projection_indices(projection.cloned())?
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }
}

/// What the list says of each file.
struct Listed<'f> {
    files: &'f [File],
    by_stream: bool,
}

impl Listed<'_> {
    fn streams(&self) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(self.files.iter().map(|it| &it.stream)))
    }

    fn instants(&self, of: impl Fn(&File) -> i64) -> ArrayRef {
        Arc::new(TimestampNanosecondArray::from_iter_values(self.files.iter().map(of)).with_timezone("UTC"))
    }
}

impl PruningStatistics for Listed<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        match column.name() {
            AT => Some(self.instants(|it| it.first)),
            STREAM if self.by_stream => Some(self.streams()),
            _ => None,
        }
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        match column.name() {
            AT => Some(self.instants(|it| it.last)),
            STREAM if self.by_stream => Some(self.streams()),
            _ => None,
        }
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let never = column.name() == AT || (self.by_stream && column.name() == STREAM);
        never.then(|| -> ArrayRef { Arc::new(UInt64Array::from(vec![0; self.files.len()])) })
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(UInt64Array::from_iter_values(self.files.iter().map(|it| it.rows))))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
