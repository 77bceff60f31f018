//! A question answered over a table.

use datafusion::dataframe::DataFrame;
use evidence::{FactSchema, FactsError, Group, Question};

use crate::refused::Refused;
use crate::{answer, plan};

/// The groups that occur, ordered by slice, then keys, each with its measures: what [`evidence::Memory`] answers about
/// the same records. Without slices and `group_by` it is exactly one group, of no records if need be.
///
/// `table` has the columns of [`table_schema`](crate::table_schema), whoever reads them: this process, or many.
/// Unlike memory it refuses a field the fact does not have, and a percentile above 1000, whether or not a record is
/// there to ask.
pub async fn aggregate(
    table: DataFrame,
    fact: &FactSchema,
    question: &Question,
) -> Result<Vec<Group>, FactsError> {
    let plans = plan::plan(table, fact, question)?;
    let main = plans.main.collect().await.map_err(unavailable)?;
    let mut answers = answer::main(&main, fact, question)?;
    for (at, plan) in plans.apart {
        let batches = plan.collect().await.map_err(unavailable)?;
        answers.put(at, &batches, fact, question)?;
    }
    Ok(answers.groups())
}

/// Why the engine cannot answer, in words.
pub(crate) fn unavailable(error: datafusion::error::DataFusionError) -> FactsError {
    let said = error.to_string();
    FactsError::Unavailable(match Refused::from_reading(said) {
        Refused::Unreadable(said) => said,
        damaged => damaged.to_string(),
    })
}
