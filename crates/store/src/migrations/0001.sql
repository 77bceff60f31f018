-- Instants are nanoseconds since 1970 in UTC. Money is integer minor units beside its currency. Ids are texts.
-- A row of a tenant carries tenant_id; '' is the provider itself. JSON is kept as text.

CREATE TABLE clock (one BIGINT PRIMARY KEY, latest BIGINT NOT NULL);
INSERT INTO clock (one, latest) VALUES (1, 0);

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Bytes named by their SHA-256: contract texts, files of statement packages, attachments. `stored` is deflated.
CREATE TABLE object (sha256 TEXT PRIMARY KEY, length BIGINT NOT NULL, stored BYTEA NOT NULL, created_at BIGINT NOT NULL);

-- People and rights -----------------------------------------------------------------------------------------------

CREATE TABLE tenant (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL, revision BIGINT NOT NULL
);
-- Our own house where we are the customer.
INSERT INTO tenant (id, name, state, created_at, revision) VALUES ('upstream', 'Upstream · 上游', 'active', 0, 1);
CREATE TABLE person (
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, lang TEXT NOT NULL, state TEXT NOT NULL,
  password_hash TEXT, totp_secret BYTEA, totp_pending BYTEA, totp_step BIGINT NOT NULL DEFAULT 0, recovery TEXT,
  created_at BIGINT NOT NULL, revision BIGINT NOT NULL
);
CREATE TABLE membership (
  tenant_id TEXT NOT NULL, person_id TEXT NOT NULL REFERENCES person (id), role TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
);
CREATE INDEX membership_person ON membership (person_id);
CREATE TABLE session (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL REFERENCES person (id), created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, confirmed_at BIGINT NOT NULL, revoked_at BIGINT, agent TEXT NOT NULL, address TEXT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE TABLE token (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL,
  created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, used_at BIGINT, revoked_at BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE link (
  tenant_id TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, id TEXT NOT NULL, kind TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
  created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT,
  PRIMARY KEY (tenant_id, id)
);

-- Agreements ------------------------------------------------------------------------------------------------------

-- kind: ours (we provide) | upstream (we are the customer). documents: the order of precedence, JSON.
CREATE TABLE agreement (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, title_zh TEXT NOT NULL, documents TEXT NOT NULL,
  created_at BIGINT NOT NULL, revision BIGINT NOT NULL
);
CREATE TABLE agreement_version (
  agreement_id TEXT NOT NULL REFERENCES agreement (id), version TEXT NOT NULL, seq BIGINT NOT NULL, sha256 TEXT NOT NULL,
  effective TEXT NOT NULL, amendment TEXT NOT NULL, published_at BIGINT NOT NULL, published_by TEXT NOT NULL,
  acknowledged TEXT NOT NULL, findings TEXT NOT NULL,
  PRIMARY KEY (agreement_id, version)
);
-- A change of terms told to customers. rule: mutual | continued_use | pinned_until_renewal | notice
CREATE TABLE notice (
  id TEXT PRIMARY KEY, agreement_id TEXT NOT NULL, from_version TEXT NOT NULL, to_version TEXT NOT NULL, rule TEXT NOT NULL,
  effective_at BIGINT NOT NULL, text TEXT NOT NULL, comparison TEXT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL,
  withdrawn_at BIGINT, revision BIGINT NOT NULL
);
-- state: sent | delivered | accepted | refused | accepted_by_use | applied | withdrawn
CREATE TABLE notice_delivery (
  tenant_id TEXT NOT NULL, notice_id TEXT NOT NULL, subscription_id TEXT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL,
  sent_at BIGINT NOT NULL, delivered_at BIGINT, decided_at BIGINT, decided_by TEXT, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, notice_id, subscription_id)
);
-- history says which terms hold when: JSON list of changes. version, plan, parameters, until_at, state (active | suspended |
-- ended) and reason are those in force when the row was last written.
CREATE TABLE subscription (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, agreement_id TEXT NOT NULL, version TEXT NOT NULL, plan TEXT, parameters TEXT NOT NULL,
  since_at BIGINT NOT NULL, until_at BIGINT, renewal TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, history TEXT NOT NULL,
  documents TEXT NOT NULL, created_at BIGINT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX subscription_agreement ON subscription (agreement_id);

-- Evidence --------------------------------------------------------------------------------------------------------

-- A stream is a subscription's (`sub_…`, of its tenant) or an agreement's (`agreement:<id>`, tenant ''; it tells of all its subscriptions).
CREATE TABLE evidence_stream (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, latest BIGINT NOT NULL, records BIGINT NOT NULL, head TEXT NOT NULL,
  PRIMARY KEY (tenant_id, stream)
) -- keyed
;
-- lines: normalised NDJSON, one accepted record a line, as it was said; it was recorded at `at`, and where it names no source, by `actor`.
-- side: provider | customer | agreed. first_at, last_at: what it speaks of, with what it supersedes. sha256: of the lines; head: SHA-256 over
-- the head before and sha256, so that a head stands for all that was said up to it.
CREATE TABLE evidence_batch (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, side TEXT NOT NULL,
  records BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, sha256 TEXT NOT NULL, head TEXT NOT NULL, lines BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, stream, seq)
);
-- What was taken in: a record's id, or '#' and its digest where it has none or is a further version of itself. digest: of its line.
-- seq: the batch it came in, or in which it was last revised under its own id.
CREATE TABLE evidence_id (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, id TEXT NOT NULL, digest BYTEA NOT NULL, seq BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, stream, id)
) -- keyed
;
-- A correction one party proposes and the other consents to. side: provider | customer. state: proposed | consented | refused | withdrawn | expired
CREATE TABLE correction (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, body TEXT NOT NULL, side TEXT NOT NULL, reason TEXT NOT NULL,
  proposed_at BIGINT NOT NULL, proposed_by TEXT NOT NULL, expires_at BIGINT NOT NULL, state TEXT NOT NULL,
  decided_at BIGINT, decided_by TEXT, decision TEXT, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
-- A window of maintenance, or a rule for many (rrule, zone). announced_at is ours. series: how often the rule was set; part of its
-- occurrences' ids. state: announced | cancelled
CREATE TABLE maintenance (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, fact TEXT NOT NULL, title TEXT NOT NULL, attributes TEXT NOT NULL,
  from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, rrule TEXT, zone TEXT, announced_at BIGINT NOT NULL, series BIGINT NOT NULL,
  expanded_until BIGINT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
-- What somebody declares to hold, with files, until it expires.
CREATE TABLE attestation (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, title TEXT NOT NULL, statement TEXT NOT NULL, files TEXT NOT NULL,
  from_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL, withdrawn_at BIGINT,
  revision BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);

-- What the public status pages show: agreements the provider chose to publish, each under a public name of its own; since_at: days before
-- have no data. And the customers' own pages, each open under its name.
CREATE TABLE status_component (
  agreement_id TEXT PRIMARY KEY REFERENCES agreement (id), name TEXT NOT NULL, name_zh TEXT NOT NULL, since_at BIGINT NOT NULL
);
CREATE TABLE status_page (tenant_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, since_at BIGINT NOT NULL);

-- Cycles ----------------------------------------------------------------------------------------------------------

-- state: open | blocked | sealed. close_at: end of the cycle and the grace for late evidence.
CREATE TABLE cycle (
  tenant_id TEXT NOT NULL, subscription_id TEXT NOT NULL, label TEXT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  close_at BIGINT NOT NULL, state TEXT NOT NULL, reasons TEXT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, subscription_id, label)
);
-- revision 1 is the first; a later one supersedes it. evidence: JSON {stream: seq}. package: JSON {file: sha256}. summary, delta: JSON.
CREATE TABLE statement (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, subscription_id TEXT NOT NULL, agreement_id TEXT NOT NULL, version TEXT NOT NULL,
  label TEXT NOT NULL, revision BIGINT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, sealed_at BIGINT NOT NULL,
  as_of BIGINT NOT NULL, status TEXT NOT NULL, supersedes TEXT, reason TEXT NOT NULL, evidence TEXT NOT NULL, package TEXT NOT NULL,
  seal_sha256 TEXT NOT NULL, summary TEXT NOT NULL, delta TEXT NOT NULL, log_seq BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX statement_revision ON statement (tenant_id, subscription_id, label, revision);
-- A discretionary remedy, waiting for a person. state: open | decided | declined
CREATE TABLE decision (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, statement_id TEXT NOT NULL, subscription_id TEXT NOT NULL, label TEXT NOT NULL,
  remedy TEXT NOT NULL, subject TEXT NOT NULL, question TEXT NOT NULL, state TEXT NOT NULL, amount BIGINT, currency TEXT NOT NULL,
  reason TEXT, created_at BIGINT NOT NULL, decided_at BIGINT, decided_by TEXT, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
-- kind + key name one piece of work. state: waiting | running | done | failed
CREATE TABLE job (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, tenant_id TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL,
  due_at BIGINT NOT NULL, leased_until BIGINT, leased_by TEXT, attempts BIGINT NOT NULL, done BIGINT NOT NULL, total BIGINT NOT NULL,
  error TEXT, created_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE UNIQUE INDEX job_key ON job (kind, key);
CREATE INDEX job_due ON job (state, due_at);

-- Claims and money ------------------------------------------------------------------------------------------------

-- What sealed statements say of a remedy of one cycle, as the latest of them has it. side: provider (we owe) | customer (an upstream
-- provider owes us). status: due | choice | discretionary | declined | none. due: minor units; in_kind: what is given instead of money.
-- windows: JSON list of [opens, closes) in which it may be claimed. decided: a person set the amount.
CREATE TABLE entitlement (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, side TEXT NOT NULL, subscription_id TEXT NOT NULL, label TEXT NOT NULL,
  remedy TEXT NOT NULL, subject TEXT NOT NULL, statement_id TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, due BIGINT NOT NULL,
  currency TEXT NOT NULL, in_kind TEXT, needs_claim BIGINT NOT NULL, decided BIGINT NOT NULL, windows TEXT NOT NULL, requires TEXT NOT NULL,
  filed_by TEXT NOT NULL, clause TEXT NOT NULL, cycle_until BIGINT NOT NULL, route TEXT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX entitlement_once ON entitlement (tenant_id, subscription_id, label, remedy, subject);
-- body: JSON of the desk's claim; terms: those it was submitted under. side as of the entitlement. due_by: what it waits for next.
CREATE TABLE claim (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, entitlement_id TEXT NOT NULL, side TEXT NOT NULL, subscription_id TEXT NOT NULL,
  statement_id TEXT NOT NULL, label TEXT NOT NULL, remedy TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
  opens_at BIGINT NOT NULL, closes_at BIGINT, submitted_at BIGINT NOT NULL, submitted_by TEXT NOT NULL, due_by BIGINT NOT NULL, in_kind TEXT,
  body TEXT NOT NULL, terms TEXT NOT NULL, note TEXT NOT NULL, files TEXT NOT NULL, revision BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);
CREATE INDEX claim_entitlement ON claim (tenant_id, entitlement_id);
CREATE INDEX claim_queue ON claim (state, due_by, id);
-- What was given that is no money: whole units (seconds, bytes, pieces), or one whole. Never changed; a correction is a row of
-- its own. act: what it does, so that it is done once.
CREATE TABLE in_kind (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, at BIGINT NOT NULL, entitlement_id TEXT NOT NULL, subscription_id TEXT NOT NULL,
  label TEXT NOT NULL, remedy TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL, amount BIGINT NOT NULL, unit TEXT NOT NULL,
  source TEXT NOT NULL, act TEXT NOT NULL, PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX in_kind_once ON in_kind (tenant_id, act);
CREATE INDEX in_kind_entitlement ON in_kind (tenant_id, entitlement_id);
CREATE TABLE claim_event (
  tenant_id TEXT NOT NULL, claim_id TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (tenant_id, claim_id, seq)
);
-- Never changed, never deleted. act: what it does, so that it is done once. body: JSON of its kind. postings: JSON,
-- [["kind:subject","USD",500],…], minor units with debit positive; together zero in each currency.
CREATE TABLE ledger_transaction (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, memo TEXT NOT NULL, reverses TEXT, entitlement_id TEXT,
  act TEXT, body TEXT NOT NULL, postings TEXT NOT NULL, PRIMARY KEY (tenant_id, id)
) -- keyed
;
CREATE UNIQUE INDEX ledger_transaction_act ON ledger_transaction (tenant_id, act) WHERE act IS NOT NULL;
CREATE INDEX ledger_transaction_entitlement ON ledger_transaction (tenant_id, entitlement_id) WHERE entitlement_id IS NOT NULL;
-- account: `kind:subject`. The sums of its postings.
CREATE TABLE ledger_account (
  tenant_id TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL, debits BIGINT NOT NULL, credits BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, account, currency)
) -- keyed
;
-- What never changes of a voucher; what is left of it is the balance of account `voucher_balance:<id>`. cycle_until: the cycle it was
-- given for ended; it lowers invoices of later cycles.
CREATE TABLE voucher (
  tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, subscription_id TEXT NOT NULL, entitlement_id TEXT NOT NULL, source TEXT NOT NULL,
  currency TEXT NOT NULL, amount BIGINT NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT, cycle_until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- The record ------------------------------------------------------------------------------------------------------

-- log: a tenant's id, '' for the provider's own, 'root' for the log of all logs' checkpoints (its tenant_id is '').
CREATE TABLE audit_entry (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (log, seq)
) -- keyed
;
CREATE INDEX audit_entry_subject ON audit_entry (log, subject);
-- Entries that were appended at once, from number seq on: a part of one tile, without personal data. entries: their bundle, in LZ4
-- behind its length. marks: of each the first four bytes of its subject's SHA-256.
CREATE TABLE audit_run (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, seq BIGINT NOT NULL, count BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL,
  marks BYTEA NOT NULL, entries BYTEA NOT NULL, PRIMARY KEY (log, seq)
);
CREATE TABLE audit_log (
  tenant_id TEXT NOT NULL, log TEXT PRIMARY KEY, size BIGINT NOT NULL, frontier BYTEA NOT NULL,
  checkpoint TEXT, checkpoint_size BIGINT NOT NULL, checkpoint_at BIGINT NOT NULL
);
-- Level 0: full tiles, the hashes of leaves beyond them are those of their entries. Levels above: partial tiles too.
CREATE TABLE audit_tile (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, level BIGINT NOT NULL, n BIGINT NOT NULL, hashes BYTEA NOT NULL,
  PRIMARY KEY (log, level, n)
);
-- Checkpoints that witnesses have cosigned.
CREATE TABLE audit_cosigned (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, size BIGINT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (log, size)
);
-- What the salted commitments of entries stand for; may be erased, the log stays verifiable.
CREATE TABLE audit_personal (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, seq BIGINT NOT NULL, field TEXT NOT NULL, salt BYTEA NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (log, seq, field)
);
-- Longer retention than the platform's own, by the beginning of the action's name.
CREATE TABLE audit_retention (
  tenant_id TEXT NOT NULL, log TEXT NOT NULL, action TEXT NOT NULL, months BIGINT NOT NULL, PRIMARY KEY (log, action)
);
-- Answers already given, by whoever asked and the SHA-256 of their Idempotency-Key. sealed: the request's digest and the answer, under a
-- key that follows from the platform's key, salt, and the Idempotency-Key itself, which is kept nowhere.
CREATE TABLE idempotency (
  tenant_id TEXT NOT NULL, owner TEXT NOT NULL, key_sha256 TEXT NOT NULL, salt BYTEA NOT NULL, sealed BYTEA NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (owner, key_sha256)
);
