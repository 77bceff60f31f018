create table acct(id int primary key, debits bigint not null default 0, credits bigint not null default 0);
insert into acct select i from generate_series(1,10000) i;
create table xfer(id bigint primary key, dr int not null, cr int not null, amount bigint not null check(amount>0), ts timestamptz default now());
create sequence xs;
create function post(n int) returns void language plpgsql as $$
begin
 create temp table if not exists b(id bigint,dr int,cr int,amount bigint) on commit delete rows;
 insert into b select nextval('xs'), 1+floor(random()*10000)::int,1+floor(random()*10000)::int,1+floor(random()*10000)::bigint from generate_series(1,n);
 insert into xfer(id,dr,cr,amount) select id,dr,cr,amount from b on conflict do nothing;
 with d as (select a, sum(x) dd, sum(y) cc from (select dr a, amount x,0::bigint y from b union all select cr,0,amount from b) q group by a order by a)
 update acct set debits=debits+dd, credits=credits+cc from d where acct.id=d.a;
end$$;
analyze;
