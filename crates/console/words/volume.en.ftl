volume-title = Records in volume
volume-tab = In volume
volume-lead = Records of “{ $fact }” come in volume: they are counted, never listed. Every figure here is an answer of the records themselves, in the clock of the contract.
volume-cycle = Cycle
volume-fact = Fact
volume-rule = Counted as this rule says
volume-show = Show
volume-none = No record of “{ $fact }” in this cycle
volume-none-help = That is no data: neither 100% nor 0%.
volume-waiting = Not everything that was sent is counted here yet
volume-waiting-batches = { $batches ->
    [one] One batch with up to { $records } records is safe in the journal and in no file yet.
   *[other] { $batches } batches with up to { $records } records are safe in the journal and in no file yet.
  }
volume-waiting-files = { $records } records lie in files that are not merged; some of them may be counted already or replace one that is.
volume-waiting-since = The first of them has waited since { $when }. They count as soon as they are merged, and a cycle is closed only with all of them.
volume-submitted = Submitted
volume-counted = Counted
volume-succeeded = Succeeded
volume-failed = Failed
volume-success = Success
volume-failures = Failures of an hour:
volume-of-all = Of all
volume-no-rule = No promise and no level of the contract counts these records.
volume-success-is = A record that counts succeeds where
volume-failure-is = A record that counts fails where
volume-otherwise-good = and succeeds otherwise.
volume-otherwise-bad = and fails otherwise.
volume-per-subject = The rule is taken for each account on its own; below, all are together, and each stands in the table of accounts.
volume-no-share = This rule takes no share, so there is no success to tell.
volume-waterfall = From submitted to counted
volume-step = Step
volume-records-column = Records
volume-all-records = All records submitted
volume-not-so = Does not count unless
volume-excluded = Excluded: { $name }
volume-idle = { $count ->
    [one] One more condition or exclusion took out nothing
   *[other] { $count } more conditions and exclusions took out nothing
  }
volume-times = Over time
volume-hours = By hour of the day
volume-days = By day
volume-hour = Hour
volume-day = Day
volume-heat = Where failures gather
volume-heat-lead = Days from left to right, hours from top to bottom. An hour without a mark has no record that counts.
volume-figures = All figures
volume-legend-good = succeeded
volume-legend-bad = failed
volume-legend-apart = not counted
volume-legend-all = records
volume-grade-0 = nothing failed
volume-grade-1 = up to 1%
volume-grade-2 = up to 5%
volume-grade-3 = up to 25%
volume-grade-4 = more
volume-records = { $records } records
volume-failed-of = { $when }: { $failed } of { $counted } failed
volume-by-subject = By account
volume-by = By { $field }
volume-not-said = not said
volume-others = { $count ->
    [one] one other
   *[other] { $count } others
  }
volume-decides = What this says decides what succeeds.
volume-causes = Why they failed
volume-cause = Cause
volume-share-of-failures = Of all failures
volume-no-failure = No record that counts has failed.
volume-no-cause = No cause given
volume-unnamed = not named in the contract
volume-left-out = taken out of account
volume-other-causes = Causes of records that failed nothing that counts
volume-unseen = Codes in no class
volume-unseen-means = The contract's annex does not say what these codes mean, so their receipts are in no figure and their cycle is not final until a version lists them. Then they are to be sent again.
volume-unseen-code = Code
volume-unseen-by = Reported by
volume-unseen-receipts = Receipts
volume-unseen-last = Last came
volume-unseen-listed = listed now: send the receipts again
