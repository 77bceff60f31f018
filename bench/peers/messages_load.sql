create table message(id text primary key, at timestamptz not null, outcome smallint not null, number smallint not null, cause smallint);
create sequence batch;
