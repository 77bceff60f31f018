with u as materialized (select s, range_agg(r) mr from o group by s),
     e as materialized (select s, range_agg(r) mr from m group by s),
     n as materialized (select u.s, u.mr - e.mr as d from u join e using (s))
select :SELECT
from (select n.s, mon.k,
             (select coalesce(sum(extract(epoch from upper(q) - lower(q))), 0)
              from unnest(n.d * tstzmultirange(mon.r)) q) x
      from n cross join mon) y
