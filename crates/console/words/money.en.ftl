# Money, decisions, settlement runs and jobs.

money-title = Money
money-balanced = The books balance
money-unbalanced = { $count ->
    [0] The books do not balance: debits and credits differ
    [one] The books do not balance: one account is not the sum of its lines
   *[other] The books do not balance: { $count } accounts are not the sum of their lines
  }
money-none = Nothing has been given yet
money-none-help = When a credit is given, it is in the books here, and never changed afterwards.
money-vouchers-left = Left on vouchers
money-cash-owed = Cash to be paid out
money-cash = Cash to be paid out
money-customer = Customer
money-left = Left
money-original = Was
money-until = Expires
money-never = never expires
money-outstanding = Vouchers with something left
money-outstanding-none = No voucher has anything left.
money-totals = Accounts
money-account = Account
money-debits = Debits
money-credits = Credits
money-balance = Balance
money-amount = Amount
money-amount-in = Amount in { $currency }
money-amount-with-code = Amount with its currency, like 150.00 CNY
money-reason = Reason
money-when = When
money-what = What
money-state = State
money-filter = Which ones
money-export = Export for billing
money-export-help = Every line of the books in these days, counted in UTC.
money-from = From
money-last = Up to and including
money-of = of { $amount }

money-account-voucher-balance = Vouchers
money-account-payable-cash = Cash owed
money-account-credit-expense = Credits given
money-account-voucher-applied = Used on invoices
money-account-voucher-expired = Expired vouchers
money-account-credit-waived = Credits left with the customer
money-account-clearing = Bank
money-account-upstream-receivable = Owed by our providers
money-account-upstream-credit = Credits of our providers
money-about-voucher-balance = What vouchers are still worth: owed to customers
money-about-payable-cash = Cash owed to customers, not paid out yet
money-about-credit-expense = What credits cost us
money-about-voucher-applied = What vouchers took off invoices
money-about-voucher-expired = What nobody used in time
money-about-credit-waived = Given in error and not taken back
money-about-clearing = Money on its way to or from the bank
money-about-upstream-receivable = Credits that providers of ours owe us
money-about-upstream-credit = What they lower our cost by

money-did-issue-voucher = A voucher was given
money-did-issue-payment = A payment was awarded
money-did-pay-out = Cash was paid out
money-did-apply = Used on an invoice
money-did-expire = The rest expired
money-did-reduce = A later statement took some back
money-did-expect = A provider of ours owes us a credit
money-did-receive = A provider of ours gave a credit
money-did-reverse = A transaction was reversed

money-vouchers = Vouchers
money-vouchers-lead = { $name }: what was given, what is left, and everything in the books
money-vouchers-none = No credit has been given yet
money-vouchers-none-help = When a claim is accepted, its voucher appears here.
money-usable = usable
money-used = used up
money-expired = expired
money-expires = expires { $when }, in { $span }
money-expired-on = expired { $when }
money-usable-from = lowers invoices of cycles from { $when } on
money-see-claim = the claim
money-see-statement = the statement
money-moves = Movements
money-in-kind = Given in kind
money-ledger = The books
money-ledger-none = The books are empty.
money-lines = Lines
money-undone = reversed
money-reverse-help = A new transaction undoes this one. Both stay in the books. A voucher that was used meanwhile cannot be taken back.
money-do-reverse = Reverse it
money-pay = Record a payment
money-reference = The bank's reference
money-do-pay = Record it
money-apply = Use vouchers on an invoice
money-apply-help = The earliest to expire is used first, until nothing is left to pay. An invoice is lowered once.
money-invoice = Invoice number
money-invoice-amount = To be paid, in { $currency }
money-do-apply = Use vouchers

money-decisions = Decisions
money-decisions-lead = Where the contract leaves an amount to a person, somebody decides here and says why.
money-decisions-open = Open
money-decisions-decided = Granted
money-decisions-declined = Declined
money-decisions-superseded = Superseded
money-decisions-none = Nothing waits for a decision
money-decisions-none-state = There is none
money-decision-open = open
money-decision-decided = granted
money-decision-declined = declined
money-decision-superseded = superseded
money-since = since { $when }
money-decide-hint = It is given at once where no claim is needed, and otherwise becomes the amount that can be claimed.
money-grant = Grant this amount
money-decline = Grant nothing

money-runs = Settlement runs
money-runs-lead = Cycles close by themselves once the time for late evidence is over. A run closes all of an agreement now.
money-waiting = Over and not sealed
money-waiting-none = Every cycle that is over is sealed.
money-cycles = { $count ->
    [one] One cycle is over
   *[other] { $count } cycles are over
  }
money-cycles-due = { $count ->
    [0] for all of them late evidence may still arrive
    [one] one is due
   *[other] { $count } are due
  }
money-cycles-blocked = { $count ->
    [one] one waits for evidence
   *[other] { $count } wait for evidence
  }
money-without-grace = Do not wait for late evidence
money-start = Start the run
money-runs-made = Runs
money-runs-none = No run has been started yet.
money-progress = { $done } of { $total }
money-utc = { $when } UTC

money-jobs = Jobs
money-jobs-lead = Work the platform does by itself. What fails eight times waits here for a person.
money-jobs-failed = Failed
money-jobs-running = Running
money-jobs-waiting = Waiting
money-jobs-done = Done
money-jobs-none-failed = No job has failed
money-jobs-none = There is none
money-work = Work
money-job-running = running
money-job-done = done
money-job-failed = failed
money-job-again = failed, tried again
money-job-waiting = waiting
money-job-due = due { $when } UTC
money-job-ended = ended { $when } UTC
money-attempts = tried { $count } times
money-retry = Try again
money-work-close = Close a cycle
money-work-late = Settle anew with late evidence
money-work-run = Settlement run
money-work-cycle = Open the next cycle
money-work-claim = Deadline of a claim
money-work-voucher = Expiry of a voucher
money-work-checkpoint = Checkpoint of the logs
money-work-housekeeping = Housekeeping
money-work-notice = Notice of change
money-work-maintenance = Recurring maintenance windows
money-work-term = End of a subscription's term
money-work-correction = Deadline of a correction
