create table raw (s int, f timestamptz, u timestamptz);
\copy raw from :OUTAGES csv
create table o as select s, tstzrange(f, u) r from raw;
truncate raw;
\copy raw from :MAINTENANCE csv
create table m as select s, tstzrange(f, u) r from raw;
create table mon as
  select k, tstzrange('2024-01-01Z'::timestamptz + k * interval '1 month',
                      '2024-01-01Z'::timestamptz + (k + 1) * interval '1 month') r
  from generate_series(0, 23) k;
vacuum analyze;
