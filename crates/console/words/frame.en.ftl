# Around every page.

skip = Skip to the content
menu = Menu
more = More
sign-out = Sign out
sign-in = Sign in
language-other = 中文
theme = Appearance
theme-auto = As the system
theme-light = Light
theme-dark = Dark
density = Rows
density-compact = Close
density-normal = Normal
density-roomy = Wide
apply = Apply
search = Search
search-hint = Customer, agreement, claim …
signed-in-as = Signed in as { $name }, { $role }

nav-now = Now
nav-agreements = Agreements
nav-customers = Customers
nav-claims = Claims
nav-money = Money
nav-runs = Settlement runs
nav-attestations = Attestations
nav-log = Audit log
nav-jobs = Jobs
nav-people = People
nav-settings = Settings
nav-home = This cycle
nav-statements = Statements
nav-vouchers = Vouchers
nav-notices = Agreements and notices
nav-data = Your data

role-owner = owner
role-service-manager = service manager
role-finance = finance
role-support = support agent
role-auditor = auditor
role-authority = authority
role-customer-admin = administrator
role-customer-member = member

done-signed-out = You are signed out.
done-saved = Saved.
done-claimed = Your claim was received.
done-decided = Decided, and on the record.
done-published = Published.
done-sent = Sent.
done-imported = The evidence is in.
done-closed = The cycle is closed and its statement sealed.
done-retried = The job runs again.
done-started = The run has begun.
done-removed = Removed.
done-invited = The invitation is ready.
done-withdrawn = Withdrawn.
done-linked = Done. Sign in with your password.
done-announced = The window is announced.

refused-heading = This was not done
state-unknown = unknown

claim-submitted = submitted
claim-needs-information = waits for the customer
claim-under-review = under review
claim-accepted = accepted
claim-part-accepted = accepted in part
claim-rejected = rejected
claim-appealed = appealed
claim-upheld-on-appeal = accepted on appeal
claim-rejected-on-appeal = rejected on appeal
claim-withdrawn = withdrawn
claim-expired = expired
claim-settled = settled

error-not-found = There is nothing here
error-not-found-help = The address is wrong, or it is not for you to see. Nothing else is told about it.
error-forbidden-help = Ask the owner for another role, or somebody who has it.
error-fault = Something failed on our side
error-fault-help = Nothing was changed. With this number the operator finds the cause in the log:
error-home = To the first page
me-title = Your account
