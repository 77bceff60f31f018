//! A plan put to the columns of one file: names become positions, filters become trees over them.

use super::error::Problem;
use super::footer::{Footer, Kind};
use super::plan::{Filter, Measure, Plan, Test, Time};

/// A plan in terms of one file.
#[derive(Debug)]
pub(super) struct Shape<'p> {
    pub(super) time: Option<(&'p Time, Source)>,
    /// The columns whose values tell cells apart: first those of keys and filters.
    pub(super) dims: Vec<Source>,
    /// Positions of the keys among `dims`.
    pub(super) keys: Vec<usize>,
    pub(super) filter: Node,
    pub(super) only: Vec<Node>,
    pub(super) leaves: Vec<Leaf<'p>>,
    pub(super) measures: Vec<Asked>,
}

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Its position; `None` when the file has it not, and every row goes without.
    pub(super) column: Option<usize>,
    pub(super) kind: Kind,
    pub(super) optional: bool,
    /// What stored numbers are multiplied with to be at the plan's scale.
    pub(super) factor: i128,
}

impl Source {
    /// Whether the sign bit of stored numbers counts as a digit, so that they do not fit an `i64` as they are.
    pub(super) fn is_unsigned(&self) -> bool {
        matches!(self.kind, Kind::Int64 { unsigned: true, .. })
    }
}

/// A measure in terms of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Count,
    /// The product of one or two columns.
    Sum(Vec<Source>),
    Values(Source),
    Distinct(Vec<Source>),
}

/// A filter whose leaves are numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    All,
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Leaf(usize),
}

/// A test of one dimension.
#[derive(Debug)]
pub(super) enum Leaf<'p> {
    Value { dim: usize, test: &'p Test },
    During(&'p [(i64, i64)]),
}

/// Which dimension a leaf looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Looks {
    At(usize),
    AtTime,
}

impl<'p> Shape<'p> {
    pub(super) fn of(plan: &'p Plan, footer: &Footer) -> Result<Shape<'p>, Problem> {
        let mut shape = Shape {
            time: None,
            dims: Vec::new(),
            keys: Vec::new(),
            filter: Node::All,
            only: Vec::new(),
            leaves: Vec::new(),
            measures: Vec::new(),
        };
        if let Some(time) = &plan.time {
            shape.time = Some((time, time_source(time, footer)?));
        }
        for key in &plan.keys {
            let dim = shape.dim(plan, footer, key)?;
            shape.keys.push(dim);
        }
        shape.filter = shape.node(plan, footer, &plan.filter)?;
        for measured in &plan.measures {
            let only = shape.node(plan, footer, &measured.only)?;
            shape.only.push(only);
            shape.measures.push(asked(plan, footer, &measured.measure)?);
        }
        Ok(shape)
    }

    /// Positions of the columns that may be read, time's own not among them.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        let measured = self.measures.iter().flat_map(|it| match it {
            Asked::Count => &[],
            Asked::Sum(columns) | Asked::Distinct(columns) => columns.as_slice(),
            Asked::Values(column) => std::slice::from_ref(column),
        });
        self.dims.iter().chain(measured).filter_map(|it| it.column)
    }

    /// The position of time's column.
    pub(super) fn time_column(&self) -> Option<usize> {
        self.time.as_ref().and_then(|(_, source)| source.column)
    }

    fn dim(&mut self, plan: &Plan, footer: &Footer, name: &str) -> Result<usize, Problem> {
        let source = source(plan, footer, name)?;
        if let Some(known) = self.dims.iter().position(|it| *it == source) {
            return Ok(known);
        }
        self.dims.push(source);
        Ok(self.dims.len() - 1)
    }

    fn node(&mut self, plan: &'p Plan, footer: &Footer, filter: &'p Filter) -> Result<Node, Problem> {
        Ok(match filter {
            Filter::All => Node::All,
            Filter::Not(inner) => Node::Not(Box::new(self.node(plan, footer, inner)?)),
            Filter::And(all) => Node::And(self.nodes(plan, footer, all)?),
            Filter::Or(any) => Node::Or(self.nodes(plan, footer, any)?),
            Filter::Column(name, test) => {
                let dim = self.dim(plan, footer, name)?;
                self.leaf(Leaf::Value { dim, test })
            }
            Filter::During(_) if self.time.is_none() => {
                return Err(Problem::Unsupported("a filter by time without a column of time".to_owned()));
            }
            Filter::During(spans) => self.leaf(Leaf::During(spans)),
        })
    }

    fn nodes(&mut self, plan: &'p Plan, footer: &Footer, all: &'p [Filter]) -> Result<Vec<Node>, Problem> {
        all.iter().map(|it| self.node(plan, footer, it)).collect()
    }

    fn leaf(&mut self, leaf: Leaf<'p>) -> Node {
        self.leaves.push(leaf);
        Node::Leaf(self.leaves.len() - 1)
    }

    /// What a tree looks at, without repetition.
    pub(super) fn looks(&self, node: &Node) -> Vec<Looks> {
        let mut found = Vec::new();
        node.each_leaf(&mut |leaf| {
            found.push(match self.leaves.get(leaf) {
                Some(Leaf::Value { dim, .. }) => Looks::At(*dim),
                _ => Looks::AtTime,
            });
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Node {
    pub(super) fn each_leaf(&self, each: &mut impl FnMut(usize)) {
        match self {
            Node::All => {}
            Node::Not(inner) => inner.each_leaf(each),
            Node::And(all) | Node::Or(all) => all.iter().for_each(|it| it.each_leaf(each)),
            Node::Leaf(leaf) => each(*leaf),
        }
    }

    /// Whether it holds, when each leaf does as `holds` says.
    pub(super) fn holds(&self, holds: &impl Fn(usize) -> bool) -> bool {
        match self {
            Node::All => true,
            Node::Not(inner) => !inner.holds(holds),
            Node::And(all) => all.iter().all(|it| it.holds(holds)),
            Node::Or(any) => any.iter().any(|it| it.holds(holds)),
            Node::Leaf(leaf) => holds(*leaf),
        }
    }

    /// The parts that all have to hold.
    pub(super) fn conjuncts(&self) -> Vec<&Node> {
        match self {
            Node::All => Vec::new(),
            Node::And(all) => all.iter().flat_map(Node::conjuncts).collect(),
            other => vec![other],
        }
    }
}

fn source(plan: &Plan, footer: &Footer, name: &str) -> Result<Source, Problem> {
    let (column, found) = match footer.column(name) {
        Err(Problem::NoColumn(_)) if plan.optional.contains(name) => {
            return Ok(Source { column: None, kind: Kind::Truth, optional: true, factor: 1 });
        }
        found => found?,
    };
    if found.kind == Kind::Other {
        return Err(Problem::Unsupported(format!("the type of column `{name}`")));
    }
    let stored = match found.kind {
        Kind::Int32 { scale, .. } | Kind::Int64 { scale, .. } => scale,
        _ => 0,
    };
    let factor = plan.scales.get(name).map_or(Some(1), |wanted| {
        wanted.checked_sub(stored).and_then(|it| 10_i128.checked_pow(u32::from(it)))
    });
    let factor = factor.ok_or_else(|| Problem::Scale(name.to_owned()))?;
    Ok(Source { column: Some(column), kind: found.kind, optional: found.optional, factor })
}

fn time_source(time: &Time, footer: &Footer) -> Result<Source, Problem> {
    let source = source(&Plan::default(), footer, &time.column)?;
    match source.kind {
        Kind::Int64 { unsigned: false, .. } | Kind::Int32 { .. } => Ok(source),
        _ => Err(Problem::Unsupported(format!("column `{}` for time", time.column))),
    }
}

fn summable(plan: &Plan, footer: &Footer, name: &str) -> Result<Source, Problem> {
    let found = source(plan, footer, name)?;
    match found.kind {
        _ if found.column.is_none() => Ok(found),
        Kind::Int32 { .. } | Kind::Int64 { .. } => Ok(found),
        _ => Err(Problem::NotSummable(name.to_owned())),
    }
}

fn asked(plan: &Plan, footer: &Footer, measure: &Measure) -> Result<Asked, Problem> {
    Ok(match measure {
        Measure::Count => Asked::Count,
        Measure::Sum(name) => Asked::Sum(vec![summable(plan, footer, name)?]),
        Measure::SumOfProducts(left, right) => {
            Asked::Sum(vec![summable(plan, footer, left)?, summable(plan, footer, right)?])
        }
        Measure::Values(name) => Asked::Values(source(plan, footer, name)?),
        Measure::Distinct(names) => {
            Asked::Distinct(names.iter().map(|it| source(plan, footer, it)).collect::<Result<_, _>>()?)
        }
    })
}
