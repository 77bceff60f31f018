//! Questions asked of a fleet instead of this process, where the program was built with it.

#[cfg(feature = "fleet")]
pub(super) use with::Asker;
#[cfg(not(feature = "fleet"))]
pub(super) use without::Asker;

#[cfg(feature = "fleet")]
mod with {
    //! The fleet answers what is asked of facts in volume; everything else is known here.

    use evidence::{FactSchema, Facts, FactsError, Group, Partition, Question, Record, Schema, Touching};
    use fleet::Fleet;
    use timeline::Interval;

    use crate::failure::Failure;
    use crate::volume::LakeFacts;

    /// The rows the fleet read are not those that were counted when they were written.
    const DIFFERS: &str = "the fleet answers otherwise than the counters of the files: a file is damaged; settle without --fleet and recount, which names it";

    /// A fleet that was reached.
    pub(in super::super) struct Asker(Fleet);

    impl Asker {
        pub(in super::super) fn reach(scheduler: &str, parts: usize) -> Result<Asker, Failure> {
            let fleet = Fleet::reach(scheduler, parts);
            fleet.map(Asker).map_err(|it| Failure::Fault(format!("--fleet {scheduler}: {it}")))
        }

        pub(in super::super) fn facts<'a>(
            &'a self,
            own: lake::LakeFacts,
            schema: &'a Schema,
        ) -> FleetFacts<'a> {
            FleetFacts { fleet: &self.0, own, facts: &schema.facts }
        }
    }

    /// Facts of which those in volume are asked of a fleet.
    pub(in super::super) struct FleetFacts<'a> {
        fleet: &'a Fleet,
        own: lake::LakeFacts,
        facts: &'a [FactSchema],
    }

    impl LakeFacts for FleetFacts<'_> {
        fn facts(&self) -> &dyn Facts {
            self
        }

        fn partitions(&self) -> Vec<Partition> {
            self.own.partitions().to_vec()
        }
    }

    impl Facts for FleetFacts<'_> {
        fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
            match self.facts.get(question.fact) {
                Some(fact) if fact.volume => {
                    let answer = self.fleet.aggregate(self.own.entries(question.fact), fact, question)?;
                    // An executor looks at SHA-256 once in its life; the counters are of footers that were checked here and now.
                    match self.own.aggregate_from_counters(question)? {
                        Some(counted) if counted != answer => {
                            Err(FactsError::Unavailable(DIFFERS.to_owned()))
                        }
                        _ => Ok(answer),
                    }
                }
                _ => self.own.aggregate(question),
            }
        }

        fn rows(&self, fact: usize) -> &[Record] {
            self.own.rows(fact)
        }

        fn lists(&self, fact: usize) -> bool {
            self.own.lists(fact)
        }

        fn count_all(&self) -> usize {
            self.own.count_all()
        }

        fn digest(&self) -> [u8; 32] {
            self.own.digest()
        }

        fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
            self.own.touching(fact, window)
        }
    }
}

#[cfg(not(feature = "fleet"))]
mod without {
    //! This program was built without a fleet.

    use evidence::Schema;

    use crate::failure::Failure;
    use crate::open_lake::Own;

    /// There is none.
    pub(in super::super) enum Asker {}

    impl Asker {
        pub(in super::super) fn reach(scheduler: &str, _: usize) -> Result<Asker, Failure> {
            Err(Failure::Usage(format!(
                "--fleet {scheduler}: this program was built without fleets; build it with `cargo build --release --features fleet`"
            )))
        }

        pub(in super::super) fn facts(&self, _: lake::LakeFacts, _: &Schema) -> Own {
            match *self {}
        }
    }
}
