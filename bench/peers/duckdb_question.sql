-- Downtime outside maintenance = (outages and maintenance together) less maintenance, so that one pass of window
-- functions does the union and no interval has to be cut.
with spans as (
  select s, f, u from o union all select s, f, u from m
), seen as (
  select s, f, u, max(u) over (partition by s order by f rows between unbounded preceding and 1 preceding) before
  from spans
), islands as (
  select s, f, u,
         sum(case when f <= before then 0 else 1 end) over (partition by s order by f rows unbounded preceding) island
  from seen
), runs as (
  select s, min(f) f, max(u) u from islands group by s, island
), pieces as (
  select s, f, u, 1 as sign from runs union all select s, f, u, -1 from m
), reaching as (
  select s, f, u, sign, unnest(range(month_of(f), month_of(u - 1) + 1)) k from pieces
), cells as (
  select s, k, sum(sign * (least(reaching.u, mon.u) - greatest(reaching.f, mon.f)))::bigint ms
  from reaching join mon using (k) group by s, k
)
select services.s, mon.k, coalesce(cells.ms, 0) ms
from (select distinct s from m) services cross join mon left join cells using (s, k)
