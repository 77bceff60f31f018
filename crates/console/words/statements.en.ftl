# Statements.

statements-title = Statements
statements-lead = { $name }: each cycle settled and sealed
statements-way = You are here
statements-none = No cycle has been settled yet
statements-none-yet = When a cycle is over and its evidence is in, its statement is sealed and appears here.
statements-span = { $from } to { $until }
statements-number = Statement { $number ->
    [one] no. 1
   *[other] no. { $number }
  }
statements-one = Statement for { $label }
statements-due = Due
statements-nothing-due = Nothing is due
statements-left-open = A person decides
statements-claim-it = Claim
statements-claim = Claim { $amount }
statements-claim-other = Claim what is due
statements-claim-made = Claim
statements-decision = Decision
statements-decision-open = open
statements-sealed-on = Sealed { $when }
statements-earlier = { $count ->
    [one] It superseded one statement
   *[other] It superseded { $count } statements
  }
statements-superseded-because = Superseded: { $reason }
statements-why-closed = The cycle was closed.
statements-why-late = Evidence arrived after the statement was sealed.
statements-why-incomplete = The cycle was closed although evidence was missing: { $why }
statements-not-there = not there
statements-no-value = no value
statements-what = Clause
statements-before = Before
statements-now = Now
statements-package = Download the package
statements-superseded = This statement no longer counts.
statements-superseded-by = See the one that supersedes it.
statements-changed = What changed
statements-changed-none = No level, promise or remedy changed.
statements-supersedes = See the statement it supersedes
statements-sealed = Sealed { $when }, entry { $entry } of the log
statements-sealed-at = Sealed
statements-reason = Why it was made
statements-as-of = Evidence known until
statements-key = Sealed with the key
statements-entry = In the log
statements-entry-of = Entry { $entry }, under a checkpoint of { $size } entries
statements-entry-waits = Entry { $entry }; the next checkpoint will cover it
statements-root = Public root log
statements-root-of = { $size } entries; the checkpoint is one of them
statements-witnesses = Witnesses
statements-witness = { $name }, { $when }
statements-witnesses-none = None are named in the settings
statements-check = Check it yourself
statements-check-how = Download the package and run this anywhere, without us and without a network. It checks the signature, every file, its place in the log, and computes the settlement again from contract and evidence.
statements-key-of-seal = Key of the seal
statements-key-of-log = Key of the log
statements-digest = SHA-256 of the seal
statements-check-now = Check it here now
statements-package-fine = All { $files } files are as they were sealed, and the entry is in the log
statements-package-wrong = The package does not agree with its seal
statements-replay-same = Computed again from what was known then: the same, byte for byte
statements-replay-different = Computed again from what was known then: different
statements-text-leaves-open = { $count ->
    [one] One thing the text leaves open
   *[other] { $count } things the text leaves open
}
