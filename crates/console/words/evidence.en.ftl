evidence-title = Evidence
evidence-records = Records
evidence-record = A record and its revisions
evidence-import = Import
evidence-corrections = Corrections
evidence-maintenance = Maintenance
evidence-batches = Batches
evidence-export = Take a copy
evidence-export-means = All records as NDJSON; that a copy was taken is put on record
evidence-found = { $count ->
    [0] No record
    [one] One record
   *[other] { $count } records
  }
evidence-window = { $from } to { $until }
evidence-earlier = Earlier
evidence-later = Later
evidence-closer = Closer
evidence-wider = Wider
evidence-everything = Everything
evidence-this-cycle = This cycle
evidence-by-cause = By cause
evidence-by-source = By source
evidence-by-subject = By subject
evidence-timeline-title = Evidence from { $from } to { $until }
evidence-excluded = taken out of account
evidence-other-lanes = others
evidence-merged = { $count ->
    [one] one record
   *[other] { $count } records
  }
evidence-legend-counts = counts against a promise
evidence-legend-excluded = taken out of account
evidence-legend-maintenance = maintenance
evidence-legend-other = other records
evidence-nothing-then = Nothing is on record for this time.
evidence-none-found = No record fits.
evidence-when = When
evidence-to = to { $until }
evidence-at = At
evidence-fact = Fact
evidence-says = Says
evidence-source = Source
evidence-subject = Subject
evidence-text = Text
evidence-any = Any
evidence-filter = Show
evidence-all-versions = Superseded and withdrawn records, too
evidence-pages = Pages
evidence-newer = Newer records
evidence-older = Older records
evidence-next = Next
evidence-known-since = known since { $when }
evidence-kind-span = span
evidence-kind-event = event
evidence-kind-request = request
evidence-still-open = still open
evidence-withdrawal = taken back
evidence-superseded = superseded
evidence-revised = revised
evidence-versions = Everything that was said of it
evidence-propose = Propose a correction
evidence-propose-means = The other party is asked to consent. Until it does, the record stands as it is; nothing is ever overwritten.
evidence-propose-withdraw = Take the record back and put nothing in its place
evidence-hint-money = With the currency: 200.00 USD
evidence-hint-duration = With its unit: 90 s, 1.5 h
evidence-hint-date = A date: 2026-12-31
evidence-hint-number = A number
evidence-hint-unit = With its unit
evidence-no-batches = Nothing has been sent yet
evidence-batches-lead = Each body that was taken in is kept as it came, under its SHA-256; corrections are further batches.
evidence-number = No.
evidence-sender = Sent by
evidence-speaks-of = Speaks of
evidence-side-provider = the provider
evidence-side-customer = the customer
evidence-side-agreed = both parties
evidence-digest = SHA-256 over all records, the agreement’s own included:
evidence-file = File
evidence-paste = Or paste records here
evidence-paste-hint = CSV with a header row, NDJSON with an object a line, or a JSON list. Times need an offset.
evidence-shape = Format
evidence-shape-auto = Recognise it
evidence-atomic = Keep nothing if any line is wrong
evidence-look = Look at it first
evidence-look-means = Nothing is stored yet.
evidence-facts = What the contract asks for
evidence-facts-lead = Columns of each fact beside fact, id, subject and source; those with ? may be left out.
evidence-example = A line
evidence-preview = What would be kept
evidence-imported = What was kept
evidence-would-keep = records would be kept
evidence-kept = records kept
evidence-known = known already, not kept again
evidence-refused-lines = records refused
evidence-nothing-kept = Nothing new was kept.
evidence-batch-kept = Kept as batch { $number }, SHA-256 { $sha256 }.
evidence-to-records = To the records
evidence-not-stored = This is a preview: nothing has been stored.
evidence-atomic-blocks = You asked to keep nothing if any line is wrong; mend the lines below first.
evidence-keep = Import { $count }
evidence-file-again = The same file again
evidence-other-file = Choose something else
evidence-errors = What is wrong, line by line
evidence-warnings = Worth knowing
evidence-lines = What each line says
evidence-line = Line
evidence-line-column = line { $line }, character { $column }
evidence-more-lines = { $count ->
    [one] and one more
   *[other] and { $count } more
  }
evidence-corrections-lead = One party proposes, the other consents: only then does a correction count.
evidence-no-corrections = No correction was proposed
evidence-no-corrections-help = Open a record to propose how it should be.
evidence-waiting = Waiting for an answer
evidence-answered = Answered
evidence-proposed-by = Proposed by { $side } on { $when }
evidence-answer-until = to be answered by { $when }
evidence-before = As it stands
evidence-after = As it should be
evidence-taken-back = taken back, nothing in its place
evidence-decision = Answer
evidence-answer-reason = Your reason (needed to refuse)
evidence-consent = Consent
evidence-refuse = Refuse
evidence-consent-means = With your consent the correction is on record, with both parties named; sealed cycles it concerns are settled anew.
evidence-withdraw = Withdraw the proposal
evidence-correction-proposed = waits for an answer
evidence-correction-consented = consented, on record
evidence-correction-refused = refused
evidence-correction-withdrawn = withdrawn
evidence-correction-expired = not answered in time
evidence-windows-ahead = Announced
evidence-windows-over = Over or cancelled
evidence-windows-shared = For all customers of the agreement
evidence-no-windows = No window is announced.
evidence-no-maintenance-fact = The contract has no fact for windows of maintenance, so none can be announced here.
evidence-announce = Announce a window
evidence-announce-means = The platform notes when it was announced, never earlier than now. Whether that is early enough to be excluded is for the contract to say.
evidence-window-title = What is done
evidence-subject-hint = Empty: everything.
evidence-repeat = Recurring
evidence-how-often = How often
evidence-once = Once
evidence-repeat-daily = Every day
evidence-repeat-weekly = Every week, on the days below
evidence-repeat-month-day = Every month, on this date
evidence-repeat-month-weekday = Every month, on this weekday of the month
evidence-repeat-rule = By a rule of RFC 5545
evidence-repeat-to = Repeat until
evidence-repeat-to-hint = Empty: until it is cancelled.
evidence-rule = Rule
evidence-rule-hint = Only if you chose a rule above.
evidence-days = Days of the week; that of the first window always counts
evidence-weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[other] Sunday
  }
evidence-daily = every day
evidence-weekly = every week on { $days }
evidence-monthly-day = every month on day { $day }
evidence-monthly-weekday = { $nth ->
    [1] every month on the first { $day }
    [2] every month on the second { $day }
    [3] every month on the third { $day }
    [4] every month on the fourth { $day }
   *[other] every month on the fifth { $day }
  }
evidence-repeat-until = { $rule }, until { $day }
evidence-announced = announced on { $when }
evidence-notice = { $span } before it begins
evidence-notice-late = not before it began
evidence-window-cancelled = cancelled
evidence-window-recurs = recurring
evidence-window-over = over
evidence-window-now = in progress
evidence-window-ahead = ahead
evidence-change-window = Change
evidence-change-means = What lies inside the window announced before keeps its announcement; anything else is announced now.
evidence-cancel-window = Cancel
evidence-cancel-means = The window is withdrawn from the record; what happens in its time counts again.
evidence-cancel-all-means = All windows that have not begun are withdrawn; those that have stay on record.
evidence-cancel-only = Only the window that begins on
evidence-cancel-only-hint = Empty: all of them.
evidence-attestations = Attestations
evidence-att-lead = What is declared to be held, with files that show it, until it expires.
evidence-att-for = For
evidence-att-all = All customers
evidence-att-none = No attestation yet
evidence-att-none-help = A certificate, an audit report, a declaration: with its date of expiry.
evidence-att-withdrawn = withdrawn
evidence-att-expired = expired
evidence-att-ahead = not yet
evidence-att-soon = expires soon
evidence-att-holds = holds
evidence-att-begins = in { $span }
evidence-att-left = { $span } left
evidence-att-expires = Expires
evidence-att-by = Made by
evidence-att-bytes = { $count } bytes
evidence-att-no-file = No file is attached.
evidence-att-attach = Attach a file
evidence-att-withdraw = Withdraw
evidence-att-withdraw-means = It no longer counts from now on. It stays to be seen, with the reason.
evidence-att-create = Make an attestation
evidence-att-title = Title
evidence-att-subject = What it is about
evidence-att-statement = What is declared
evidence-att-utc = Days begin at midnight UTC.
evidence-gaps = not watched
evidence-gap = { $from } – { $until }: nobody was watching ({ $long })
evidence-legend-gaps = not watched
