//! Tables as bytes, so that a plan can travel from who asks to the scheduler.

use std::any::Any;
use std::sync::Arc;

use ballista_core::serde::BallistaLogicalExtensionCodec;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{Result, TableReference, exec_datafusion_err};
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::execution::TaskContext;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Extension, LogicalPlan};
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use query::{File, Table};
use serde::{Deserialize, Serialize};

/// Knows [`Table`]s, and everything Ballista knows.
#[derive(Debug, Default)]
pub struct TableCodec {
    ballista: BallistaLogicalExtensionCodec,
}

#[derive(Serialize, Deserialize)]
struct Encoded {
    store: String,
    files: Vec<File>,
}

impl LogicalExtensionCodec for TableCodec {
    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        self.ballista.try_decode(buf, inputs, context)
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()> {
        self.ballista.try_encode(node, buf)
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        _name: &TableReference,
        columns: SchemaRef,
        _context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        let encoded: Encoded = serde_json::from_slice(buf)
            .map_err(|error| exec_datafusion_err!("this is no table of the lake: {error}"))?;
        let store = ObjectStoreUrl::parse(encoded.store)?;
        Ok(Arc::new(Table::of_all_columns(&columns, store, encoded.files)))
    }

    fn try_encode_table_provider(
        &self,
        name: &TableReference,
        table: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()> {
        let any: &dyn Any = table.as_ref();
        let Some(table) = any.downcast_ref::<Table>() else {
            return Err(exec_datafusion_err!("{name} is no table of the lake"));
        };
        let encoded = Encoded { store: table.store().as_str().to_owned(), files: table.files().to_vec() };
        serde_json::to_writer(buf, &encoded).map_err(|error| exec_datafusion_err!("{name}: {error}"))
    }

    fn try_decode_file_format(
        &self,
        buf: &[u8],
        context: &TaskContext,
    ) -> Result<Arc<dyn FileFormatFactory>> {
        self.ballista.try_decode_file_format(buf, context)
    }

    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.ballista.try_encode_file_format(buf, node)
    }
}
