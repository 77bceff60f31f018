now-title = Now
now-lead = { $count ->
    [0] Nobody is served yet.
    [one] One subscription is served.
   *[other] { $count } subscriptions are served.
  }
now-at-risk = At risk
now-at-risk-none = No promise is broken or about to be.
now-kept = Kept so far
now-waiting = Waiting for somebody
now-customer = Customer
now-promise = Promise
now-level = Level so far
now-budget = Budget used
now-money = At stake
now-broken = broken
now-heading = heading for a breach
now-fine = on course
now-no-data = no data yet
now-cycle = { $label }, { $elapsed } over
now-ends-in = ends in { $span }
now-budget-title = { $used } of the budget used, { $elapsed } of the cycle over
now-claims = { $count ->
    [0] No claim waits
    [one] One claim waits
   *[other] { $count } claims wait
  }
now-decisions = { $count ->
    [0] No decision is open
    [one] One decision is open
   *[other] { $count } decisions are open
  }
now-next-deadline = next until { $when }
now-none-yet = Publish an agreement and subscribe a customer; its promises appear here.
now-publish = Publish an agreement
now-empty-title = Nothing is promised yet
