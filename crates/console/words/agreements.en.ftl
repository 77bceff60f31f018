# Agreements: the text, its versions, changes, notices, and the editor.

agreements-title = Agreements
agreements-lead = { $count ->
    [0] Nothing is agreed yet.
    [one] One agreement.
   *[other] { $count } agreements.
  }
agreements-new = Publish an agreement
agreements-empty-title = No agreement yet
agreements-empty = A contract is a Markdown document: the words both sides agreed to, with rules beside them. Publish one, and its clauses come alive here.
agreements-agreement = Agreement
agreements-provider = Provider
agreements-latest = Newest version
agreements-held = Held by
agreements-promises = Promises this cycle
agreements-more = More agreements
agreements-crumbs = You are here
agreements-upstream = promised to us
agreements-version = Version { $version }
agreements-version-word = Version
agreements-subscriptions = { $count ->
    [0] no subscription
    [one] 1 subscription
   *[other] { $count } subscriptions
  }
agreements-broken = { $count } broken
agreements-heading = { $count } heading for a breach
agreements-none-at-risk = none at risk

agreements-tab-text = Text
agreements-tab-versions = Versions
agreements-tab-comparison = Comparison
agreements-tab-notices = Notices of change
agreements-tab-edit = New version

agreements-promised-by-to = Promised by { $provider } to { $customer }.
agreements-promised-by = Promised by { $provider }.
agreements-effective = Effective
agreements-effective-unsaid = the text names no day
agreements-published = Published
agreements-zone = Time zone
agreements-amendment = How it changes
agreements-amendment-mutual = both sides agree
agreements-amendment-mutual-means = A change holds once the customer accepts it.
agreements-amendment-continued-use = going on using the service accepts
agreements-amendment-continued-use-means = Whoever goes on using the service once a change is effective has accepted it; until then it can be refused.
agreements-amendment-pinned = pinned until renewal
agreements-amendment-pinned-means = The version stays until the subscription is renewed; a change that was not refused holds from then on.
agreements-amendment-notice = a notice suffices
agreements-amendment-notice-means = A change holds from the day the notice names; it cannot be refused.
agreements-tile-held = { $count ->
    [one] subscription
   *[other] subscriptions
  }
agreements-under = { $count } under version { $version }
agreements-tile-at-risk = { $count ->
    [one] promise at risk
   *[other] promises at risk
  }
agreements-tile-kept = { $count } on course
agreements-tile-due = due if the cycle ended now
agreements-tile-nothing = nothing
agreements-tile-warnings = { $count ->
    [one] warning of the checker
   *[other] warnings of the checker
  }
agreements-tile-notes = { $count ->
    [one] one further remark
   *[other] { $count } further remarks
  }
agreements-text-choice = Languages of the text
agreements-text-both = Both languages
agreements-text-en = English
agreements-text-zh = 中文
agreements-contents = Clauses
agreements-rules = { $count ->
    [one] Rules: one line
   *[other] Rules: { $count } lines
  }
agreements-examples = { $count ->
    [one] One worked example
   *[other] { $count } worked examples
  }
agreements-acknowledged = acknowledged
agreements-left-open = { $count ->
    [one] The text leaves one thing open
   *[other] The text leaves { $count } things open
  }
agreements-remarks = { $count ->
    [one] One remark of the checker
   *[other] { $count } remarks of the checker
  }
agreements-beside = How it stands: { $clause }
agreements-worst = worst so far
agreements-your-subscription = Your subscription
agreements-stake = { $sum } due if the cycle ended so
agreements-stake-open = { $count ->
    [one] a person decides on one remedy
   *[other] a person decides on { $count } remedies
  }
agreements-nothing-promised = measured, nothing promised
agreements-excluded = { $amount } taken out of account
agreements-excluded-for = { $amount } taken out of account for { $count ->
    [one] one customer
   *[other] { $count } customers
  }
agreements-without-data = { $count ->
    [one] One promise without data
   *[other] { $count } promises without data
  }
agreements-heard = Last evidence { $when }

agreements-versions-lead = A published version never changes. Subscriptions follow the version in force for them.
agreements-findings-word = Findings
agreements-findings = { $warnings ->
    [0] no warning
    [one] 1 warning
   *[other] { $warnings } warnings
  }, { $notes ->
    [0] no remark
    [one] 1 remark
   *[other] { $notes } remarks
  }
agreements-acknowledged-count = { $count ->
    [one] 1 acknowledged
   *[other] { $count } acknowledged
  }
agreements-file = Download the text
agreements-annex-of = Annex { $id } { $version }, for { $fact }
agreements-what-changed = What changed
agreements-by-upheld = Upheld itself
agreements-by-token = a program, by its token
agreements-by-person = a person

agreements-old = From
agreements-new-version = To
agreements-compare = Compare
agreements-one-version = There is one version
agreements-one-version-means = Once a second is published, what it takes and gives is shown here, each change with a case at which it shows.
agreements-compared-worse = Something gets worse for the customer
agreements-compared-not-worse = Nothing gets worse for the customer
agreements-compared-same = Nothing that counts has changed
agreements-worse = { $count ->
    [one] One change for the worse
   *[other] { $count } changes for the worse
  }
agreements-better = { $count ->
    [one] One change for the better
   *[other] { $count } changes for the better
  }
agreements-different = { $count ->
    [one] One change that reads differently
   *[other] { $count } changes that read differently
  }
agreements-witness = It shows at
agreements-before = before
agreements-after = now
agreements-aspect-pays = what is paid
agreements-aspect-promises = what is promised
agreements-aspect-claims = claims
agreements-aspect-excludes = exclusions
agreements-aspect-plans = plans
agreements-aspect-rounds = rounding
agreements-aspect-cycle = the cycle
agreements-aspect-measures = what is measured
agreements-aspect-terms = terms

agreements-notice = Notice
agreements-notices-none = No change has been announced.
agreements-notices-one-version = There is one version only: publish the next one first, then tell the customers here.
agreements-notice-title = From version { $old } to version { $new }
agreements-notice-effective = Effective
agreements-notice-effective-in = Effective, { $zone }
agreements-notice-sent = Sent
agreements-notice-withdrawn = Withdrawn { $when }; what had been accepted by then stays agreed.
agreements-deliveries = { $count ->
    [0] No subscription is concerned
    [one] One subscription is concerned
   *[other] { $count } subscriptions are concerned
  }
agreements-deliveries-none = Nobody will be under the old version when the change becomes effective.
agreements-delivery-state = State
agreements-delivery-when = When
agreements-delivery-sent = sent
agreements-delivery-new = new
agreements-delivery-seen = seen
agreements-delivery-accepted = accepted
agreements-delivery-refused = refused
agreements-delivery-by-use = accepted by use
agreements-delivery-applied = in force by the contract
agreements-delivery-withdrawn = withdrawn
agreements-delivery-seen-at = seen { $when }
agreements-delivery-sent-at = sent { $when }
agreements-what-changes = What changes
agreements-notice-new = Announce a change
agreements-notice-new-means = Every subscription that is under the old version when the change becomes effective gets the notice, with the economic comparison. What it needs to take hold is the old version's own rule.
agreements-notice-from = Version left
agreements-notice-to = Version entered
agreements-notice-text = What you say about it
agreements-notice-text-hint = Customers read it above the comparison.
agreements-notice-send = Send to all concerned
agreements-notice-withdraw = Withdraw this notice
agreements-notice-withdraw-means = Whoever has not decided yet keeps the old version. What was accepted stays agreed; nothing is deleted.

agreements-told-title = Agreements and notices
agreements-told-lead = { $count ->
    [0] No notice waits for an answer.
    [one] One notice waits for your answer.
   *[other] { $count } notices wait for your answer.
  }
agreements-told-waiting = Waiting for an answer
agreements-told-none = No agreement yet.
agreements-told-before = Earlier notices
agreements-told-before-none = None.
agreements-subscription = Live levels and statements
agreements-suspended = suspended
agreements-ended = ended
agreements-no-end = no end set
agreements-notice-said = What the provider says
agreements-read-new = Read the new version
agreements-notice-mark-seen = I have seen this
agreements-notice-answer = Your answer
agreements-notice-reason = Reason, for the record (not needed)
agreements-notice-answer-means = An answer is final and goes on the record of both sides.
agreements-notice-accept = Accept the change
agreements-notice-refuse = Refuse the change

agreements-new-title = A new agreement
agreements-new-lead = Words for people, rules for the machine, worked examples that show they agree. It is checked as you type.
agreements-edit-lead = The newest text under its next number. It is checked as you type; publishing leaves all earlier versions as they are.
agreements-editor-text = The contract, in Markdown
agreements-editor-annexes = Annexes: what codes of receipts mean
agreements-editor-annexes-mean = A contract with facts in volume may have an annex for each of them, in Markdown. It is published with the text and never changes either.
agreements-editor-annex = Annex { $number }
agreements-editor-kind = Who promises
agreements-editor-ours = We do, to our customers
agreements-editor-upstream = A supplier does, to us
agreements-editor-check = Check
agreements-editor-publish = Publish
agreements-editor-publish-means = A published version never changes, and no customer is under it before a subscription or a notice says so.
agreements-draft-name = { $title }: { $id }, version { $version }
agreements-draft-ready = Ready to be published
agreements-draft-open = { $count ->
    [one] One warning to acknowledge
   *[other] { $count } warnings to acknowledge
  }
agreements-draft-failed = { $count ->
    [one] One example does not come out
   *[other] { $count } examples do not come out
  }
agreements-draft-errors = { $count ->
    [one] One thing to mend
   *[other] { $count } things to mend
  }
agreements-draft-mend = To be mended
agreements-draft-mend-annexes = To be mended in annexes
agreements-draft-annex = annex { $number }, line { $line }
agreements-draft-warnings = Warnings
agreements-draft-warnings-mean = Mend the text, or acknowledge each by name; the names stay on record with the version.
agreements-draft-acknowledge = Acknowledge
agreements-draft-notes = { $count ->
    [one] One remark
   *[other] { $count } remarks
  }
agreements-draft-examples = { $passed } of { $all } worked examples come out
agreements-draft-lines = The text with its line numbers
agreements-draft-line = Line { $line }
agreements-example-passed = comes out
agreements-example-failed = does not come out
agreements-example-printed = the printed example disagrees
