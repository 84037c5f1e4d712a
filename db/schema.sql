-- Generated from the migrations by `npm run generate`. Do not edit.

create table audit.entry (
  agency_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  type text not null,
  actor jsonb not null,
  subject_type text not null,
  subject_id text not null,
  data jsonb not null,
  request_id text not null,
  leaf_hash bytea not null,
  constraint entry_pkey PRIMARY KEY (agency_id, id),
  constraint entry_leaf_hash_check CHECK ((length(leaf_hash) = 32)),
  constraint entry_type_check CHECK ((type ~ '^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$'::text))
);
comment on table audit.entry is 'Scope: agency. Append-only. What happened: one row an event, with the hash that enters the tree.';
CREATE INDEX entry_timeline ON audit.entry USING btree (agency_id, subject_type, subject_id, at, id);

create table audit.node (
  level smallint not null,
  position bigint not null,
  hash bytea not null,
  constraint node_pkey PRIMARY KEY (level, "position"),
  constraint node_hash_check CHECK ((length(hash) = 32)),
  constraint node_level_check CHECK (((level >= 0) AND (level <= 53))),
  constraint node_position_check CHECK (("position" >= 0))
);
comment on table audit.node is 'Scope: installation. Append-only. Hashes of the complete subtrees of the tree (RFC 9162): node (level, position) covers the leaves from position·2^level on.';

create table audit.pending (
  agency_id uuid not null,
  id uuid not null,
  entries bytea not null,
  constraint pending_pkey PRIMARY KEY (agency_id, id),
  constraint pending_entries_check CHECK (((length(entries) > 0) AND ((length(entries) % 64) = 0)))
);
comment on table audit.pending is 'Scope: agency. Entries that wait for the sealer, one row a command under its first entry: agency, id and leaf of each, 64 bytes together. A row leaves with the transaction that puts its entries into the tree.';

create table audit.sealed (
  agency_id uuid not null,
  entry_id uuid not null,
  leaf_index bigint not null,
  tree_size bigint not null,
  constraint sealed_pkey PRIMARY KEY (agency_id, entry_id),
  constraint sealed_leaf_index_check CHECK ((leaf_index >= 0)),
  constraint sealed_tree_size_check CHECK ((tree_size > 0))
);
comment on table audit.sealed is 'Scope: agency. Append-only. Where an entry stands in the tree, and the size of the first signed tree that holds it.';
CREATE INDEX sealed_order ON audit.sealed USING btree (leaf_index);

create table audit.signing_key (
  key_id text not null,
  origin text not null,
  public_key bytea not null,
  created_at timestamp with time zone not null,
  constraint signing_key_pkey PRIMARY KEY (key_id),
  constraint signing_key_public_key_check CHECK ((length(public_key) = 32))
);
comment on table audit.signing_key is 'Scope: installation. Append-only. Public Ed25519 keys with which tree heads were signed.';

create table audit.tree_head (
  size bigint not null,
  root bytea not null,
  at timestamp with time zone not null,
  key_id text not null,
  signature bytea not null,
  constraint tree_head_pkey PRIMARY KEY (size),
  constraint tree_head_key_id_fkey FOREIGN KEY (key_id) REFERENCES audit.signing_key(key_id),
  constraint tree_head_root_check CHECK ((length(root) = 32)),
  constraint tree_head_signature_check CHECK ((length(signature) = 64)),
  constraint tree_head_size_check CHECK ((size > 0))
);
comment on table audit.tree_head is 'Scope: installation. Append-only. Signed roots of the tree, one a sealed batch.';

create table audit.tree_head_timestamp (
  tree_size bigint not null,
  token bytea not null,
  at timestamp with time zone not null,
  constraint tree_head_timestamp_pkey PRIMARY KEY (tree_size),
  constraint tree_head_timestamp_tree_size_fkey FOREIGN KEY (tree_size) REFERENCES audit.tree_head(size)
);
comment on table audit.tree_head_timestamp is 'Scope: installation. Append-only. RFC 3161 tokens over the checkpoint text of tree heads.';

create table cases.calendar_exception (
  day date not null,
  kind text not null,
  name_vi text not null,
  name_en text not null,
  certainty text not null,
  legal_basis text not null,
  valid_from date not null,
  valid_to date,
  constraint calendar_exception_pkey PRIMARY KEY (day, valid_from),
  constraint calendar_exception_certainty_check CHECK ((certainty = ANY (ARRAY['announced'::text, 'statute'::text, 'expected'::text]))),
  constraint calendar_exception_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint calendar_exception_kind_check CHECK ((kind = ANY (ARRAY['rest'::text, 'make_up'::text])))
);
comment on table cases.calendar_exception is 'Scope: reference. Public holidays, days in lieu and swapped working days, each with its legal basis and the period in which it holds; valid_to is the last day.';

create table cases.task (
  agency_id uuid not null,
  id uuid not null,
  subject_type text not null,
  subject_id text not null,
  kind text not null,
  assignee text not null,
  title text not null,
  urgency text not null,
  urgency_order smallint not null default 
CASE urgency
    WHEN 'flash'::text THEN 0
    WHEN 'very_urgent'::text THEN 1
    WHEN 'urgent'::text THEN 2
    ELSE 3
END,
  due_at timestamp with time zone,
  sort_at timestamp with time zone not null default COALESCE(due_at, 'infinity'::timestamp with time zone),
  href text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  taken_by_post_id uuid,
  taken_by_name text,
  taken_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_by_post_id uuid,
  closed_by_name text,
  constraint task_pkey PRIMARY KEY (agency_id, id),
  constraint task_assignee_check CHECK ((assignee ~ '^(role:[a-z_]+|post:[0-9a-f-]{36})$'::text)),
  constraint task_check CHECK (((state = 'open'::text) = (closed_at IS NULL))),
  constraint task_check1 CHECK ((((taken_by_post_id IS NULL) = (taken_at IS NULL)) AND ((taken_by_post_id IS NULL) = (taken_by_name IS NULL)))),
  constraint task_href_check CHECK ((href ~~ '/%'::text)),
  constraint task_kind_check CHECK (((length(kind) >= 1) AND (length(kind) <= 100))),
  constraint task_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'cancelled'::text]))),
  constraint task_subject_id_check CHECK (((length(subject_id) >= 1) AND (length(subject_id) <= 100))),
  constraint task_subject_type_check CHECK (((length(subject_type) >= 1) AND (length(subject_type) <= 100))),
  constraint task_title_check CHECK (((length(title) >= 1) AND (length(title) <= 2000))),
  constraint task_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table cases.task is 'Scope: agency. What waits for a post, or for whoever holds a role, in one agency; closed tasks stay as the record of who did them when.';
CREATE UNIQUE INDEX task_once ON cases.task USING btree (agency_id, subject_type, subject_id, kind, assignee) WHERE (state = 'open'::text);
CREATE INDEX task_waiting ON cases.task USING btree (agency_id, assignee, urgency_order, sort_at, id) WHERE (state = 'open'::text);

create table cases.working_week (
  valid_from date not null,
  valid_to date,
  weekdays smallint[] not null,
  morning_starts time without time zone not null,
  morning_ends time without time zone not null,
  afternoon_starts time without time zone not null,
  afternoon_ends time without time zone not null,
  legal_basis text not null,
  constraint working_week_pkey PRIMARY KEY (valid_from),
  constraint working_week_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint working_week_check1 CHECK (((morning_starts < morning_ends) AND (morning_ends <= afternoon_starts) AND (afternoon_starts < afternoon_ends))),
  constraint working_week_weekdays_check CHECK (((weekdays <@ ARRAY[(1)::smallint, (2)::smallint, (3)::smallint, (4)::smallint, (5)::smallint, (6)::smallint, (7)::smallint]) AND (cardinality(weekdays) > 0)))
);
comment on table cases.working_week is 'Scope: reference. The days of the week that are worked and the office hours, by period of validity; valid_to is the last day.';

create table certificates.certificate (
  agency_id uuid not null,
  id uuid not null,
  holder_kind text not null,
  holder_name text not null,
  person_id uuid,
  credential_id uuid,
  issuer_name text not null,
  issuer text not null,
  subject text not null,
  serial text not null,
  fingerprint text not null,
  content bytea not null,
  is_built_in boolean not null,
  token_serial text,
  note text,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone not null,
  status text not null,
  status_source text not null,
  status_checked_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_reason text,
  warned_days smallint,
  search tsvector not null,
  added_at timestamp with time zone not null,
  added_by text not null,
  constraint certificate_agency_id_fingerprint_key UNIQUE (agency_id, fingerprint),
  constraint certificate_pkey PRIMARY KEY (agency_id, id),
  constraint certificate_check CHECK ((valid_to > valid_from)),
  constraint certificate_check1 CHECK (((status = 'revoked'::text) = (revoked_at IS NOT NULL))),
  constraint certificate_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
  constraint certificate_holder_kind_check CHECK ((holder_kind = ANY (ARRAY['person'::text, 'agency'::text, 'device'::text]))),
  constraint certificate_holder_name_check CHECK (((length(holder_name) >= 1) AND (length(holder_name) <= 300))),
  constraint certificate_note_check CHECK (((length(note) >= 1) AND (length(note) <= 1000))),
  constraint certificate_status_check CHECK ((status = ANY (ARRAY['active'::text, 'revoked'::text]))),
  constraint certificate_status_source_check CHECK ((status_source = ANY (ARRAY['own'::text, 'ocsp'::text, 'list'::text, 'person'::text, 'none'::text]))),
  constraint certificate_token_serial_check CHECK (((length(token_serial) >= 1) AND (length(token_serial) <= 100))),
  constraint certificate_warned_days_check CHECK ((warned_days = ANY (ARRAY[60, 30, 7])))
);
comment on table certificates.certificate is 'Scope: agency. Every certificate that an agency manages, whoever issued it and wherever its key is: of people, of the agency itself, of devices and software (68/2024/NĐ-CP Art. 10).';
CREATE INDEX certificate_by_end ON certificates.certificate USING btree (valid_to, id);
CREATE INDEX certificate_of_agency ON certificates.certificate USING btree (agency_id, valid_to, id);
CREATE INDEX certificate_of_person ON certificates.certificate USING btree (agency_id, person_id) WHERE (person_id IS NOT NULL);
CREATE INDEX certificate_search ON certificates.certificate USING gin (search);

create table certificates.form (
  code text not null,
  kind text not null,
  holder_kind text not null,
  name text not null,
  valid_from date not null,
  valid_to date,
  legal_basis text not null,
  constraint form_pkey PRIMARY KEY (code, kind, holder_kind, valid_from),
  constraint form_check CHECK ((valid_to >= valid_from)),
  constraint form_holder_kind_check CHECK ((holder_kind = ANY (ARRAY['person'::text, 'agency'::text, 'device'::text]))),
  constraint form_kind_check CHECK ((kind = ANY (ARRAY['issue'::text, 'renew'::text, 'change'::text, 'revoke'::text])))
);
comment on table certificates.form is 'Scope: reference. Kept by migrations. Which form of which text a request takes, on which days.';

create table certificates.request (
  agency_id uuid not null,
  id uuid not null,
  kind text not null,
  holder_kind text not null,
  holder_name text not null,
  person_id uuid,
  certificate_id uuid,
  state text not null,
  form_code text not null,
  form_name text not null,
  legal_basis text not null,
  details jsonb not null,
  reason text not null,
  search tsvector not null,
  asked_by text not null,
  asked_by_person uuid not null,
  asked_at timestamp with time zone not null,
  decided_by text,
  decided_at timestamp with time zone,
  decision text,
  completed_at timestamp with time zone,
  constraint request_pkey PRIMARY KEY (agency_id, id),
  constraint request_agency_id_certificate_id_fkey FOREIGN KEY (agency_id, certificate_id) REFERENCES certificates.certificate(agency_id, id),
  constraint request_check CHECK (((kind = 'issue'::text) = (certificate_id IS NULL))),
  constraint request_check1 CHECK (((state = ANY (ARRAY['approved'::text, 'refused'::text, 'completed'::text])) <= ((decided_at IS NOT NULL) AND (decided_by IS NOT NULL)))),
  constraint request_check2 CHECK (((state = 'completed'::text) = (completed_at IS NOT NULL))),
  constraint request_holder_kind_check CHECK ((holder_kind = ANY (ARRAY['person'::text, 'agency'::text, 'device'::text]))),
  constraint request_holder_name_check CHECK (((length(holder_name) >= 1) AND (length(holder_name) <= 300))),
  constraint request_kind_check CHECK ((kind = ANY (ARRAY['issue'::text, 'renew'::text, 'change'::text, 'revoke'::text]))),
  constraint request_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint request_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'completed'::text])))
);
comment on table certificates.request is 'Scope: agency. Requests to issue, renew, change or revoke a certificate, with the form they took and how they were decided.';
CREATE INDEX request_newest ON certificates.request USING btree (asked_at DESC, id DESC);
CREATE INDEX request_of_agency ON certificates.request USING btree (agency_id, asked_at DESC, id DESC);
CREATE UNIQUE INDEX request_open_for_certificate ON certificates.request USING btree (agency_id, certificate_id, kind) WHERE ((state = ANY (ARRAY['submitted'::text, 'approved'::text])) AND (certificate_id IS NOT NULL));

create table exchange.contradiction (
  agency_id uuid not null,
  sender_agency_id uuid not null,
  envelope_id uuid not null,
  content_hash bytea not null,
  original text not null,
  arrived_at timestamp with time zone not null,
  constraint contradiction_pkey PRIMARY KEY (agency_id, sender_agency_id, envelope_id, content_hash),
  constraint contradiction_content_hash_check CHECK ((length(content_hash) = 32))
);
comment on table exchange.contradiction is 'Scope: agency. Append-only. Envelopes that came a second time with another content: refused, and kept as evidence.';

create table exchange.delivery (
  agency_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  position integer not null,
  recipient_name text not null,
  recipient_code text,
  state text not null,
  status text,
  answer_ordinal integer not null,
  delivered_to_agency_id uuid,
  delivered_to_name text,
  problem text,
  successors jsonb,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint delivery_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id),
  constraint delivery_agency_id_envelope_id_fkey FOREIGN KEY (agency_id, envelope_id) REFERENCES exchange.envelope(agency_id, id),
  constraint delivery_recipient_agency_id_fkey FOREIGN KEY (recipient_agency_id) REFERENCES identity.agency(id),
  constraint delivery_answer_ordinal_check CHECK ((answer_ordinal >= 0)),
  constraint delivery_check CHECK (((status IS NULL) = (answer_ordinal = 0))),
  constraint delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'no_route'::text, 'returned'::text, 'arrived'::text, 'refused'::text, 'registered'::text, 'assigned'::text, 'in_process'::text, 'completed'::text]))),
  constraint delivery_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text])))
);
comment on table exchange.delivery is 'Scope: agency. One recipient of an envelope, as the sender knows it: on the way, arrived, refused, registered, and who holds it.';
CREATE INDEX delivery_open ON exchange.delivery USING btree (agency_id, created_at) WHERE (state = ANY (ARRAY['waiting'::text, 'no_route'::text, 'returned'::text]));
CREATE INDEX delivery_rerouted ON exchange.delivery USING btree (agency_id, envelope_id, delivered_to_agency_id) WHERE (delivered_to_agency_id <> recipient_agency_id);

create table exchange.delivery_answer (
  agency_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  ordinal integer not null,
  status text not null,
  at timestamp with time zone not null,
  by_name text not null,
  by_title text,
  reason text,
  receipt text not null,
  constraint delivery_answer_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id, ordinal),
  constraint delivery_answer_agency_id_envelope_id_recipient_agency_id_fkey FOREIGN KEY (agency_id, envelope_id, recipient_agency_id) REFERENCES exchange.delivery(agency_id, envelope_id, recipient_agency_id),
  constraint delivery_answer_ordinal_check1 CHECK ((ordinal > 0)),
  constraint delivery_answer_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text])))
);
comment on table exchange.delivery_answer is 'Scope: agency. Append-only. What a recipient answered, with its signed receipt: the sender''s copy.';

create table exchange.envelope (
  agency_id uuid not null,
  id uuid not null,
  subject_type text not null,
  subject_id text not null,
  original text not null,
  content_hash bytea not null,
  urgency text not null,
  recipient_count integer not null,
  sent_at timestamp with time zone not null,
  sent_by jsonb not null,
  inspection jsonb,
  inspected_at timestamp with time zone,
  constraint envelope_pkey PRIMARY KEY (agency_id, id),
  constraint envelope_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint envelope_check CHECK (((inspection IS NULL) = (inspected_at IS NULL))),
  constraint envelope_content_hash_check CHECK ((length(content_hash) = 32)),
  constraint envelope_recipient_count_check CHECK ((recipient_count > 0)),
  constraint envelope_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table exchange.envelope is 'Scope: agency. What an agency sent: one row for all its recipients.';
CREATE INDEX envelope_subject ON exchange.envelope USING btree (agency_id, subject_type, subject_id);

create table exchange.message (
  agency_id uuid not null,
  id uuid not null,
  sender_agency_id uuid not null,
  envelope_id uuid not null,
  addressed_agency_id uuid not null,
  content_hash bytea not null,
  original text not null,
  verdict jsonb not null,
  steps jsonb not null,
  state text not null,
  answer_ordinal integer not null,
  arrived_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint message_agency_id_sender_agency_id_envelope_id_key UNIQUE (agency_id, sender_agency_id, envelope_id),
  constraint message_pkey PRIMARY KEY (agency_id, id),
  constraint message_addressed_agency_id_fkey FOREIGN KEY (addressed_agency_id) REFERENCES identity.agency(id),
  constraint message_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint message_sender_agency_id_fkey FOREIGN KEY (sender_agency_id) REFERENCES identity.agency(id),
  constraint message_answer_ordinal_check CHECK ((answer_ordinal > 0)),
  constraint message_content_hash_check CHECK ((length(content_hash) = 32)),
  constraint message_state_check CHECK ((state = ANY (ARRAY['arrived'::text, 'refused'::text, 'registered'::text, 'assigned'::text, 'in_process'::text, 'completed'::text])))
);
comment on table exchange.message is 'Scope: agency. What arrived at an agency: the untouched original, the steps by which it was verified, and how far the agency is with it.';

create table exchange.message_answer (
  agency_id uuid not null,
  message_id uuid not null,
  ordinal integer not null,
  status text not null,
  at timestamp with time zone not null,
  by_name text not null,
  by_title text,
  reason text,
  receipt text not null,
  constraint message_answer_pkey PRIMARY KEY (agency_id, message_id, ordinal),
  constraint message_answer_agency_id_message_id_fkey FOREIGN KEY (agency_id, message_id) REFERENCES exchange.message(agency_id, id),
  constraint message_answer_ordinal_check1 CHECK ((ordinal > 0)),
  constraint message_answer_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text])))
);
comment on table exchange.message_answer is 'Scope: agency. Append-only. What the agency answered to a message, with the signed receipt: the receiver''s copy.';

create table exchange.message_file (
  agency_id uuid not null,
  message_id uuid not null,
  position smallint not null,
  file_id uuid not null,
  role text not null,
  constraint message_file_pkey PRIMARY KEY (agency_id, message_id, "position"),
  constraint message_file_agency_id_file_id_fkey FOREIGN KEY (agency_id, file_id) REFERENCES files.file(agency_id, id),
  constraint message_file_agency_id_message_id_fkey FOREIGN KEY (agency_id, message_id) REFERENCES exchange.message(agency_id, id),
  constraint message_file_position_check CHECK (("position" >= 0)),
  constraint message_file_role_check CHECK ((role = ANY (ARRAY['main'::text, 'attachment'::text])))
);
comment on table exchange.message_file is 'Scope: agency. Append-only. The files of a message: the receiver''s own rows on the same bytes.';

create table exchange.receipt_key (
  key_id text not null,
  public_key jsonb not null,
  sealed_key bytea not null,
  created_at timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint receipt_key_pkey PRIMARY KEY (key_id)
);
comment on table exchange.receipt_key is 'Scope: installation. The keys that sign receipts: the public half as JWK, the private half encrypted under the installation''s secret. Retired ones stay, to verify old receipts.';
CREATE UNIQUE INDEX receipt_key_in_use ON exchange.receipt_key USING btree (((retired_at IS NULL))) WHERE (retired_at IS NULL);

create table exchange.transition_period (
  valid_from date not null,
  valid_to date,
  days integer not null,
  legal_basis text not null,
  constraint transition_period_pkey PRIMARY KEY (valid_from),
  constraint transition_period_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint transition_period_days_check CHECK ((days >= 0))
);
comment on table exchange.transition_period is 'Scope: reference. For how many days after an agency was closed its mail goes to its successor; valid_to is the last day of the rule.';

create table files.blob (
  sha256 bytea not null,
  size_bytes bigint not null,
  kept boolean not null,
  last_stored_at timestamp with time zone not null,
  last_checked_at timestamp with time zone not null,
  damage text,
  constraint blob_pkey PRIMARY KEY (sha256),
  constraint blob_damage_check CHECK ((damage = ANY (ARRAY['missing'::text, 'changed'::text]))),
  constraint blob_sha256_check CHECK ((length(sha256) = 32)),
  constraint blob_size_bytes_check CHECK ((size_bytes > 0))
);
comment on table files.blob is 'Scope: installation. The bytes that the store holds, by their hash; the sweeper and the nightly check work from it.';
CREATE INDEX blob_check ON files.blob USING btree (last_checked_at);
CREATE INDEX blob_damaged ON files.blob USING btree (sha256) WHERE (damage IS NOT NULL);
CREATE INDEX blob_sweep ON files.blob USING btree (last_stored_at) WHERE (NOT kept);

create table files.conversion (
  source_sha256 bytea not null,
  pdf_sha256 bytea not null,
  converted_at timestamp with time zone not null,
  constraint conversion_pkey PRIMARY KEY (source_sha256),
  constraint conversion_pdf_sha256_check CHECK ((length(pdf_sha256) = 32)),
  constraint conversion_source_sha256_check CHECK ((length(source_sha256) = 32))
);
comment on table files.conversion is 'Scope: installation. Which PDF a text document was turned into, so that a repeated request gets the same bytes.';

create table files.file (
  agency_id uuid not null,
  id uuid not null,
  sha256 bytea not null,
  size_bytes bigint not null,
  name text not null,
  original_name text not null,
  media_type text not null,
  flags text[] not null,
  created_at timestamp with time zone not null,
  constraint file_pkey PRIMARY KEY (agency_id, id),
  constraint file_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint file_sha256_check CHECK ((length(sha256) = 32)),
  constraint file_size_bytes_check CHECK ((size_bytes > 0))
);
comment on table files.file is 'Scope: agency. Append-only. An agency’s file: a name, a type and what was noticed about it, on bytes that are shared by their hash.';
CREATE INDEX file_by_hash ON files.file USING btree (sha256);

create table files.upload (
  agency_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  state text not null,
  name text not null,
  original_name text not null,
  size_bytes bigint not null,
  received_bytes bigint not null,
  writer uuid,
  sha256 bytea,
  media_type text,
  flags text[] not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  file_id uuid,
  constraint upload_pkey PRIMARY KEY (agency_id, id),
  constraint upload_check CHECK (((received_bytes >= 0) AND (received_bytes <= size_bytes))),
  constraint upload_check1 CHECK (((state = 'receiving'::text) = (sha256 IS NULL))),
  constraint upload_check2 CHECK (((sha256 IS NULL) = (media_type IS NULL))),
  constraint upload_check3 CHECK (((state = 'taken'::text) = (file_id IS NOT NULL))),
  constraint upload_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint upload_sha256_check CHECK ((length(sha256) = 32)),
  constraint upload_size_bytes_check CHECK ((size_bytes > 0)),
  constraint upload_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'finished'::text, 'taken'::text])))
);
comment on table files.upload is 'Scope: agency. Files on their way in: how far each has come, whose it is, and what it became.';
CREATE INDEX upload_by_hash ON files.upload USING btree (sha256) WHERE (state = 'finished'::text);
CREATE INDEX upload_by_person ON files.upload USING btree (agency_id, person_id) WHERE (state = 'receiving'::text);
CREATE INDEX upload_expiry ON files.upload USING btree (expires_at);

create table identity.account (
  person_id uuid not null,
  login text not null,
  password_hash text not null,
  password_is_long boolean not null,
  password_changed_at timestamp with time zone not null,
  must_change_password boolean not null,
  is_demo boolean not null,
  totp_secret bytea,
  totp_pending bytea,
  totp_confirmed_at timestamp with time zone,
  totp_last_step bigint not null default 0,
  last_sign_in_at timestamp with time zone,
  disabled_at timestamp with time zone,
  disabled_reason text,
  created_at timestamp with time zone not null,
  constraint account_login_key UNIQUE (login),
  constraint account_pkey PRIMARY KEY (person_id),
  constraint account_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  constraint account_login_check CHECK (((login = lower(login)) AND ((length(login) >= 3) AND (length(login) <= 60))))
);
comment on table identity.account is 'Scope: installation. How a person signs in. TOTP secrets, the confirmed and the one being enrolled, are encrypted with a key that follows from the installation''s secret; password_is_long says whether the password is good enough without a second factor.';

create table identity.address_guard (
  address_hash bytea not null,
  window_start timestamp with time zone not null,
  failures integer not null,
  constraint address_guard_pkey PRIMARY KEY (address_hash, window_start),
  constraint address_guard_failures_check CHECK ((failures >= 0))
);
comment on table identity.address_guard is 'Scope: installation. Failed attempts by network address and time window.';

create table identity.agency (
  id uuid not null,
  kind text not null,
  level text not null,
  parent_id uuid,
  hosting text not null,
  established_on date not null,
  closed_on date,
  closing_basis text,
  note text,
  created_at timestamp with time zone not null,
  constraint agency_pkey PRIMARY KEY (id),
  constraint agency_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES identity.agency(id),
  constraint agency_check CHECK (((closed_on IS NULL) OR (closed_on >= established_on))),
  constraint agency_check1 CHECK ((parent_id IS DISTINCT FROM id)),
  constraint agency_hosting_check CHECK ((hosting = ANY (ARRAY['local'::text, 'external'::text]))),
  constraint agency_kind_check CHECK ((kind = ANY (ARRAY['province'::text, 'department'::text, 'commune'::text, 'district'::text, 'party_body'::text, 'central'::text, 'socio_political'::text, 'public_unit'::text, 'enterprise'::text, 'press_office'::text, 'other'::text]))),
  constraint agency_level_check CHECK ((level = ANY (ARRAY['central'::text, 'province'::text, 'district'::text, 'commune'::text, 'none'::text])))
);
comment on table identity.agency is 'Scope: reference. Agencies and organisations through time. closed_on is the last day on which one existed; a closed one is never deleted.';
CREATE INDEX agency_parent ON identity.agency USING btree (parent_id);

create table identity.agency_code (
  agency_id uuid not null,
  scheme text not null,
  valid_from date not null,
  valid_to date,
  code text not null,
  note text,
  constraint agency_code_pkey PRIMARY KEY (agency_id, scheme, valid_from),
  constraint agency_code_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint agency_code_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint agency_code_code_check CHECK (((length(code) >= 2) AND (length(code) <= 35))),
  constraint agency_code_scheme_check CHECK ((scheme = ANY (ARRAY['qd20'::text, 'qcvn102'::text, 'enterprise'::text])))
);
comment on table identity.agency_code is 'Scope: reference. The codes of an agency side by side: qd20 from left to right, qcvn102 from right to left, enterprise number; each for its time.';
CREATE UNIQUE INDEX agency_code_current ON identity.agency_code USING btree (scheme, code) WHERE (valid_to IS NULL);
CREATE INDEX agency_code_lookup ON identity.agency_code USING btree (code);

create table identity.agency_name (
  agency_id uuid not null,
  valid_from date not null,
  valid_to date,
  name text not null,
  abbreviation text not null,
  search_text text not null,
  legal_basis text,
  constraint agency_name_pkey PRIMARY KEY (agency_id, valid_from),
  constraint agency_name_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint agency_name_abbreviation_check CHECK (((length(abbreviation) >= 1) AND (length(abbreviation) <= 30))),
  constraint agency_name_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint agency_name_name_check CHECK (((length(name) >= 2) AND (length(name) <= 300)))
);
comment on table identity.agency_name is 'Scope: reference. The names of an agency, each for its time; valid_to is the last day. search_text is folded by the application.';
CREATE UNIQUE INDEX agency_name_current ON identity.agency_name USING btree (agency_id) WHERE (valid_to IS NULL);

create table identity.agency_successor (
  predecessor_id uuid not null,
  successor_id uuid not null,
  kind text not null,
  effective_on date not null,
  legal_basis text,
  constraint agency_successor_pkey PRIMARY KEY (predecessor_id, successor_id),
  constraint agency_successor_predecessor_id_fkey FOREIGN KEY (predecessor_id) REFERENCES identity.agency(id),
  constraint agency_successor_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES identity.agency(id),
  constraint agency_successor_check CHECK ((predecessor_id <> successor_id)),
  constraint agency_successor_kind_check CHECK ((kind = ANY (ARRAY['renamed'::text, 'merged'::text, 'split'::text, 'dissolved'::text, 'moved'::text])))
);
comment on table identity.agency_successor is 'Scope: reference. Who took over from whom, in which way and from which day.';
CREATE INDEX agency_successor_reverse ON identity.agency_successor USING btree (successor_id);

create table identity.delegation (
  id uuid not null,
  delegator_post_id uuid not null,
  delegate_post_id uuid not null,
  roles text[] not null,
  content text not null,
  document_reference text,
  starts_on date not null,
  ends_on date not null,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint delegation_pkey PRIMARY KEY (id),
  constraint delegation_delegate_post_id_fkey FOREIGN KEY (delegate_post_id) REFERENCES identity.post(id),
  constraint delegation_delegator_post_id_fkey FOREIGN KEY (delegator_post_id) REFERENCES identity.post(id),
  constraint delegation_check CHECK ((ends_on >= starts_on)),
  constraint delegation_check1 CHECK ((delegator_post_id <> delegate_post_id)),
  constraint delegation_content_check CHECK (((length(content) >= 5) AND (length(content) <= 500))),
  constraint delegation_roles_check CHECK ((cardinality(roles) > 0))
);
comment on table identity.delegation is 'Scope: reference. Authority given by one post to another, in writing, for a time and a content (TUQ., NĐ 30/2020 Art. 13); it cannot be given on.';
CREATE INDEX delegation_delegate ON identity.delegation USING btree (delegate_post_id);
CREATE INDEX delegation_delegator ON identity.delegation USING btree (delegator_post_id);

create table identity.passkey (
  id text not null,
  person_id uuid not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.account(person_id),
  constraint passkey_counter_check CHECK ((counter >= 0)),
  constraint passkey_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80)))
);
comment on table identity.passkey is 'Scope: installation. WebAuthn credentials: only public keys.';
CREATE INDEX passkey_person ON identity.passkey USING btree (person_id);

create table identity.password_history (
  person_id uuid not null,
  changed_at timestamp with time zone not null,
  hash text not null,
  constraint password_history_pkey PRIMARY KEY (person_id, changed_at),
  constraint password_history_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.account(person_id)
);
comment on table identity.password_history is 'Scope: installation. Hashes of earlier passwords, so that an administrator does not use one again.';

create table identity.person (
  id uuid not null,
  full_name text not null,
  search_text text not null,
  is_invented boolean not null,
  created_at timestamp with time zone not null,
  constraint person_pkey PRIMARY KEY (id),
  constraint person_full_name_check CHECK (((length(full_name) >= 2) AND (length(full_name) <= 120)))
);
comment on table identity.person is 'Scope: reference. People who hold posts. No more about them is kept here than their name; is_invented marks the people of a demonstration.';

create table identity.post (
  id uuid not null,
  agency_id uuid not null,
  unit_id uuid,
  person_id uuid not null,
  title text not null,
  roles text[] not null,
  signing_powers text[] not null,
  starts_on date not null,
  ends_on date,
  end_reason text,
  sort_order integer not null,
  created_at timestamp with time zone not null,
  constraint post_pkey PRIMARY KEY (id),
  constraint post_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint post_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  constraint post_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES identity.unit(id),
  constraint post_check CHECK (((ends_on IS NULL) OR (ends_on >= starts_on))),
  constraint post_roles_check CHECK ((roles <@ ARRAY['clerk'::text, 'officer'::text, 'unit_head'::text, 'chief_of_office'::text, 'leader'::text, 'one_stop_officer'::text, 'agency_admin'::text, 'province_admin'::text, 'auditor'::text])),
  constraint post_signing_powers_check CHECK ((signing_powers <@ ARRAY['TM'::text, 'KT'::text, 'TL'::text, 'TUQ'::text, 'Q'::text])),
  constraint post_title_check CHECK (((length(title) >= 2) AND (length(title) <= 150)))
);
comment on table identity.post is 'Scope: reference. A person in a post of an agency for a period, with what the post may do and the formulas in which it may sign (NĐ 30/2020 Art. 13).';
CREATE INDEX post_agency ON identity.post USING btree (agency_id);
CREATE INDEX post_person ON identity.post USING btree (person_id);

create table identity.session (
  id uuid not null,
  person_id uuid not null,
  post_id uuid not null,
  delegation_id uuid,
  token_hash bytea not null,
  earlier_token_hash bytea,
  rotated_at timestamp with time zone not null,
  factors text not null,
  ip text not null,
  user_agent text not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  constraint session_token_hash_key UNIQUE (token_hash),
  constraint session_pkey PRIMARY KEY (id),
  constraint session_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES identity.delegation(id),
  constraint session_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  constraint session_post_id_fkey FOREIGN KEY (post_id) REFERENCES identity.post(id),
  constraint session_factors_check CHECK ((factors = ANY (ARRAY['password'::text, 'password_totp'::text, 'passkey'::text])))
);
comment on table identity.session is 'Scope: installation. Signed-in browsers. Only the SHA-256 of a token is kept; the earlier token is accepted for a minute after a rotation.';
CREATE INDEX session_earlier_token ON identity.session USING btree (earlier_token_hash) WHERE (earlier_token_hash IS NOT NULL);
CREATE INDEX session_expiry ON identity.session USING btree (expires_at);
CREATE INDEX session_person ON identity.session USING btree (person_id) WHERE (ended_at IS NULL);
CREATE INDEX session_post ON identity.session USING btree (post_id) WHERE (ended_at IS NULL);

create table identity.setting (
  name text not null,
  value integer not null,
  legal_basis text not null,
  least integer not null,
  most integer not null,
  constraint setting_pkey PRIMARY KEY (name),
  constraint setting_least_check CHECK (("least" >= 0)),
  constraint setting_value_check CHECK ((value >= 0)),
  constraint setting_within_bounds CHECK (((value >= "least") AND (value <= most))) NOT VALID
);
comment on table identity.setting is 'Scope: installation. Limits of passwords and sessions, each with where it comes from.';

create table identity.sign_in_guard (
  login_hash bytea not null,
  failures integer not null,
  last_failure_at timestamp with time zone not null,
  locked_until timestamp with time zone,
  constraint sign_in_guard_pkey PRIMARY KEY (login_hash),
  constraint sign_in_guard_failures_check CHECK ((failures >= 0))
);
comment on table identity.sign_in_guard is 'Scope: installation. Failed attempts by login, also of logins that nobody has, so that an answer does not tell which exist.';

create table identity.sign_in_step (
  token_hash bytea not null,
  person_id uuid,
  purpose text not null,
  challenge text,
  factors text,
  expires_at timestamp with time zone not null,
  constraint sign_in_step_pkey PRIMARY KEY (token_hash),
  constraint sign_in_step_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  constraint sign_in_step_factors_check CHECK ((factors = ANY (ARRAY['password'::text, 'password_totp'::text, 'passkey'::text]))),
  constraint sign_in_step_purpose_check CHECK ((purpose = ANY (ARRAY['second_factor'::text, 'change_password'::text, 'enrol_second_factor'::text, 'passkey_sign_in'::text, 'passkey_enrolment'::text])))
);
comment on table identity.sign_in_step is 'Scope: installation. A sign-in or an enrolment that waits for its next step, for a few minutes.';

create table identity.unit (
  id uuid not null,
  agency_id uuid not null,
  parent_id uuid,
  name text not null,
  abbreviation text not null,
  valid_from date not null,
  valid_to date,
  created_at timestamp with time zone not null,
  constraint unit_pkey PRIMARY KEY (id),
  constraint unit_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint unit_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES identity.unit(id),
  constraint unit_abbreviation_check CHECK (((length(abbreviation) >= 1) AND (length(abbreviation) <= 30))),
  constraint unit_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint unit_name_check CHECK (((length(name) >= 2) AND (length(name) <= 200)))
);
comment on table identity.unit is 'Scope: reference. The units of an agency, such as its office and divisions.';
CREATE INDEX unit_agency ON identity.unit USING btree (agency_id);

create table incoming_documents.document (
  agency_id uuid not null,
  id uuid not null,
  state text not null,
  message_id uuid not null,
  sender_agency_id uuid not null,
  sender_name text not null,
  sender_code text not null,
  document_code text not null,
  number text not null,
  notation text not null,
  issued_on date not null,
  type_code text not null,
  type_name text not null,
  summary text not null,
  urgency text not null,
  answer_due date,
  signer_name text not null,
  signer_title text not null,
  verdict text not null,
  files jsonb not null,
  search tsvector not null,
  arrived_at timestamp with time zone not null,
  twin_id uuid,
  register_id uuid,
  arrival_year smallint,
  arrival_number integer,
  registered_at timestamp with time zone,
  registered_by text,
  refused_at timestamp with time zone,
  refused_by text,
  refusal_reason text,
  constraint document_pkey PRIMARY KEY (agency_id, id),
  constraint document_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint document_arrival_number_check CHECK ((arrival_number >= 1)),
  constraint document_check CHECK (((state = 'registered'::text) = (arrival_number IS NOT NULL))),
  constraint document_check1 CHECK ((((arrival_number IS NULL) = (register_id IS NULL)) AND ((arrival_number IS NULL) = (arrival_year IS NULL)) AND ((arrival_number IS NULL) = (registered_at IS NULL)))),
  constraint document_check2 CHECK (((state = 'refused'::text) = (refused_at IS NOT NULL))),
  constraint document_state_check CHECK ((state = ANY (ARRAY['arrived'::text, 'registered'::text, 'refused'::text]))),
  constraint document_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text]))),
  constraint document_verdict_check CHECK ((verdict = ANY (ARRAY['TOTAL-PASSED'::text, 'TOTAL-FAILED'::text, 'INDETERMINATE'::text, 'UNREADABLE'::text, 'UNSIGNED'::text])))
);
comment on table incoming_documents.document is 'Scope: agency. The documents that reached an agency, with what their senders said of them and what became of them here.';
CREATE UNIQUE INDEX document_arrival_number ON incoming_documents.document USING btree (agency_id, register_id, arrival_year, arrival_number) WHERE (arrival_number IS NOT NULL);
CREATE UNIQUE INDEX document_message ON incoming_documents.document USING btree (agency_id, message_id);
CREATE INDEX document_newest ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC);
CREATE INDEX document_refused ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'refused'::text);
CREATE INDEX document_search ON incoming_documents.document USING gin (agency_id, search);
CREATE INDEX document_twin ON incoming_documents.document USING btree (agency_id, sender_agency_id, number, notation, issued_on);
CREATE INDEX document_type ON incoming_documents.document USING btree (agency_id, type_code, arrived_at DESC, id DESC);
CREATE INDEX document_urgent ON incoming_documents.document USING btree (agency_id, urgency, arrived_at DESC, id DESC) WHERE (urgency <> 'normal'::text);
CREATE INDEX document_waiting ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'arrived'::text);

create table kernel.idempotency (
  agency_id uuid not null,
  key text not null,
  request_hash bytea not null,
  reply jsonb,
  created_at timestamp with time zone not null,
  constraint idempotency_pkey PRIMARY KEY (agency_id, key),
  constraint idempotency_key_check CHECK (((length(key) >= 8) AND (length(key) <= 200)))
);
comment on table kernel.idempotency is 'Scope: agency. The replies of commands that carried an idempotency key, so that a repeated request has its effect once.';
CREATE INDEX idempotency_age ON kernel.idempotency USING btree (created_at);

create table kernel.job (
  agency_id uuid not null,
  id uuid not null,
  kind text not null,
  payload jsonb not null,
  dedupe_key text,
  run_at timestamp with time zone not null,
  lease_until timestamp with time zone,
  leased_by text,
  attempts integer not null default 0,
  last_error text,
  failed_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint job_pkey PRIMARY KEY (agency_id, id),
  constraint job_attempts_check CHECK ((attempts >= 0))
);
comment on table kernel.job is 'Scope: agency. Work to be done after a transaction: one row a job, deleted when it is done, kept with its error when it is stuck.';
CREATE UNIQUE INDEX job_dedupe ON kernel.job USING btree (agency_id, kind, dedupe_key) WHERE (dedupe_key IS NOT NULL);
CREATE INDEX job_due ON kernel.job USING btree (run_at) WHERE (failed_at IS NULL);
CREATE INDEX job_failed ON kernel.job USING btree (agency_id, failed_at) WHERE (failed_at IS NOT NULL);

create table kernel.migration (
  module text not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migration_pkey PRIMARY KEY (module, name)
);
comment on table kernel.migration is 'Scope: installation. Append-only. The migrations that ran, with the hash of their text.';

create table kernel.schedule (
  name text not null,
  last_run_at timestamp with time zone not null,
  constraint schedule_pkey PRIMARY KEY (name)
);
comment on table kernel.schedule is 'Scope: installation. When each periodic task last began.';

create table outgoing_documents.document (
  agency_id uuid not null,
  id uuid not null,
  state text not null,
  revision integer not null,
  type_code text not null,
  type_name text not null,
  summary text not null,
  search_text text not null,
  urgency text not null,
  answer_due date,
  drafting_unit_id uuid,
  drafting_unit_name text,
  drafter_person_id uuid not null,
  drafter_post_id uuid not null,
  drafter_name text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  approver_post_id uuid,
  approver_name text,
  approver_title text,
  submitted_at timestamp with time zone,
  return_reason text,
  returned_at timestamp with time zone,
  signed_at timestamp with time zone,
  signer_name text,
  signer_title text,
  signature_place jsonb,
  register_id uuid,
  year smallint,
  number integer,
  notation text,
  issued_on date,
  numbered_at timestamp with time zone,
  numbered_by text,
  sealed_at timestamp with time zone,
  sealed_by text,
  issued_at timestamp with time zone,
  issued_by text,
  envelope_id uuid,
  withdrawn_at timestamp with time zone,
  withdrawal_reason text,
  authenticity_code text,
  initials_post_id uuid,
  initials_name text,
  initials_title text,
  initials_asked_at timestamp with time zone,
  initialled_at timestamp with time zone,
  signing_formula text,
  on_behalf_of_name text,
  on_behalf_of_title text,
  constraint document_pkey PRIMARY KEY (agency_id, id),
  constraint document_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint document_authenticity_code_check CHECK ((authenticity_code ~ '^[2-9a-hjkmnp-z]{20}$'::text)),
  constraint document_check CHECK ((((number IS NULL) = (notation IS NULL)) AND ((number IS NULL) = (issued_on IS NULL)) AND ((number IS NULL) = (register_id IS NULL)) AND ((number IS NULL) = (year IS NULL)))),
  constraint document_check1 CHECK (((state <> ALL (ARRAY['numbered'::text, 'sealed'::text, 'issued'::text])) OR (number IS NOT NULL))),
  constraint document_check2 CHECK (((state <> ALL (ARRAY['signed'::text, 'numbered'::text, 'sealed'::text, 'issued'::text])) OR (signed_at IS NOT NULL))),
  constraint document_check3 CHECK (((state = 'issued'::text) = (issued_at IS NOT NULL))),
  constraint document_check4 CHECK (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL))),
  constraint document_initialling_check CHECK (((state <> 'initialling'::text) OR ((initials_post_id IS NOT NULL) AND (initialled_at IS NULL)))),
  constraint document_initials_check CHECK ((((initials_post_id IS NULL) = (initials_name IS NULL)) AND ((initials_post_id IS NULL) = (initials_title IS NULL)) AND ((initials_post_id IS NULL) = (initials_asked_at IS NULL)))),
  constraint document_number_check CHECK ((number >= 1)),
  constraint document_on_behalf_of_check CHECK (((on_behalf_of_name IS NULL) = (on_behalf_of_title IS NULL))),
  constraint document_revision_check CHECK ((revision >= 1)),
  constraint document_signing_formula_check CHECK ((signing_formula = ANY (ARRAY['TM'::text, 'KT'::text, 'TL'::text, 'TUQ'::text, 'Q'::text]))),
  constraint document_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'initialling'::text, 'submitted'::text, 'returned'::text, 'signed'::text, 'numbered'::text, 'sealed'::text, 'issued'::text, 'withdrawn'::text]))),
  constraint document_summary_check CHECK (((length(summary) >= 1) AND (length(summary) <= 500))),
  constraint document_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table outgoing_documents.document is 'Scope: agency. The documents that an agency drafts, signs, numbers, seals and issues, with the names of their day.';
CREATE INDEX document_by_state ON outgoing_documents.document USING btree (agency_id, state, created_at DESC, id DESC);
CREATE INDEX document_newest ON outgoing_documents.document USING btree (agency_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX document_number ON outgoing_documents.document USING btree (agency_id, register_id, year, number) WHERE (number IS NOT NULL);
CREATE INDEX document_to_initial ON outgoing_documents.document USING btree (agency_id, initials_post_id) WHERE (state = 'initialling'::text);
CREATE INDEX document_to_sign ON outgoing_documents.document USING btree (agency_id, approver_post_id) WHERE (state = 'submitted'::text);

create table outgoing_documents.file (
  agency_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  role text not null,
  position smallint not null,
  name text not null,
  media_type text not null,
  uploaded_sha256 text not null,
  current_sha256 text not null,
  current_file_id uuid not null,
  size_bytes bigint not null,
  flags jsonb not null,
  sealed_at timestamp with time zone,
  constraint file_pkey PRIMARY KEY (agency_id, id),
  constraint file_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES outgoing_documents.document(agency_id, id),
  constraint file_current_sha256_check CHECK ((length(current_sha256) = 64)),
  constraint file_role_check CHECK ((role = ANY (ARRAY['main'::text, 'source'::text, 'attachment'::text]))),
  constraint file_size_bytes_check CHECK ((size_bytes > 0)),
  constraint file_uploaded_sha256_check CHECK ((length(uploaded_sha256) = 64))
);
comment on table outgoing_documents.file is 'Scope: agency. The main file and the attachments of a document, each with its newest version.';
CREATE UNIQUE INDEX file_main ON outgoing_documents.file USING btree (agency_id, document_id) WHERE (role = 'main'::text);
CREATE INDEX file_of_document ON outgoing_documents.file USING btree (agency_id, document_id, "position");

create table outgoing_documents.file_version (
  agency_id uuid not null,
  file_id uuid not null,
  ordinal smallint not null,
  step text not null,
  sha256 text not null,
  size_bytes bigint not null,
  stored_file_id uuid not null,
  made_at timestamp with time zone not null,
  constraint file_version_pkey PRIMARY KEY (agency_id, file_id, ordinal),
  constraint file_version_ordinal_check CHECK ((ordinal >= 1)),
  constraint file_version_sha256_check CHECK ((length(sha256) = 64)),
  constraint file_version_size_bytes_check CHECK ((size_bytes > 0)),
  constraint file_version_step_check CHECK ((step = ANY (ARRAY['upload'::text, 'initials'::text, 'approval'::text, 'seal'::text])))
);
comment on table outgoing_documents.file_version is 'Scope: agency. Append-only. Every version of a file: as uploaded, as signed, as sealed.';

create table outgoing_documents.opinion (
  agency_id uuid not null,
  document_id uuid not null,
  id uuid not null,
  kind text not null,
  text text not null,
  person_name text not null,
  person_title text not null,
  on_behalf_of_name text,
  on_behalf_of_title text,
  said_at timestamp with time zone not null,
  constraint opinion_pkey PRIMARY KEY (agency_id, document_id, id),
  constraint opinion_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES outgoing_documents.document(agency_id, id),
  constraint opinion_check CHECK (((on_behalf_of_name IS NULL) = (on_behalf_of_title IS NULL))),
  constraint opinion_kind_check CHECK ((kind = ANY (ARRAY['return'::text, 'initials'::text]))),
  constraint opinion_text_check CHECK (((length(text) >= 1) AND (length(text) <= 1000)))
);
comment on table outgoing_documents.opinion is 'Scope: agency. Append-only. What people said about a document when they returned or initialled it, with the names of the day.';

create table outgoing_documents.practice (
  agency_id uuid not null,
  initials_look text not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  constraint practice_pkey PRIMARY KEY (agency_id),
  constraint practice_initials_look_check CHECK ((initials_look = ANY (ARRAY['image'::text, 'text'::text, 'none'::text])))
);
comment on table outgoing_documents.practice is 'Scope: agency. How an agency wants its documents made where the law leaves the choice: what initials look like.';

create table outgoing_documents.recipient (
  agency_id uuid not null,
  document_id uuid not null,
  recipient_agency_id uuid not null,
  name text not null,
  code text,
  position smallint not null,
  constraint recipient_pkey PRIMARY KEY (agency_id, document_id, recipient_agency_id),
  constraint recipient_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES outgoing_documents.document(agency_id, id)
);
comment on table outgoing_documents.recipient is 'Scope: agency. To whom a document goes, with the name and code of the day on which it was chosen.';
CREATE INDEX recipient_lately ON outgoing_documents.recipient USING btree (agency_id, recipient_agency_id);

create table registers.counter (
  agency_id uuid not null,
  register_id uuid not null,
  year smallint not null,
  last_number integer not null,
  constraint counter_pkey PRIMARY KEY (agency_id, register_id, year),
  constraint counter_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint counter_last_number_check CHECK ((last_number >= 1)),
  constraint counter_year_check CHECK (((year >= 2000) AND (year <= 2200)))
);
comment on table registers.counter is 'Scope: agency. The last number taken in a register and calendar year. Its row is locked while a number is taken, so numbers have neither gaps nor twins.';

create table registers.document_type (
  code text not null,
  name text not null,
  abbreviation text,
  ordinal smallint not null,
  valid_from date not null,
  valid_to date,
  legal_basis text not null,
  constraint document_type_pkey PRIMARY KEY (code, valid_from),
  constraint document_type_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint document_type_ordinal_check CHECK (((ordinal >= 1) AND (ordinal <= 99)))
);
comment on table registers.document_type is 'Scope: reference. Kept by migrations. The types of administrative documents with their abbreviations, each with the text that sets it.';

create table registers.register (
  agency_id uuid not null,
  id uuid not null,
  kind text not null,
  name text not null,
  is_default boolean not null,
  opened_on date not null,
  closed_on date,
  constraint register_pkey PRIMARY KEY (agency_id, id),
  constraint register_check CHECK (((closed_on IS NULL) OR (closed_on >= opened_on))),
  constraint register_kind_check CHECK ((kind = ANY (ARRAY['outgoing'::text, 'incoming'::text]))),
  constraint register_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
comment on table registers.register is 'Scope: agency. The books in which an agency numbers its documents; the head of the agency decides how many (30/2020/NĐ-CP Art. 15.1.c).';
CREATE UNIQUE INDEX register_default ON registers.register USING btree (agency_id, kind) WHERE (is_default AND (closed_on IS NULL));

create table remote_signing.asked_authorization (
  agency_id uuid not null,
  id uuid not null,
  credential_id uuid not null,
  person_id uuid not null,
  client_id uuid not null,
  client_name text not null,
  hash_algorithm text not null,
  description text,
  request_hash bytea not null,
  state text not null,
  wrong_passkeys smallint not null,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  usable_until timestamp with time zone,
  constraint asked_authorization_pkey PRIMARY KEY (agency_id, id),
  constraint asked_authorization_agency_id_credential_id_fkey FOREIGN KEY (agency_id, credential_id) REFERENCES remote_signing.enrolment(agency_id, credential_id),
  constraint asked_authorization_check CHECK ((expires_at > asked_at)),
  constraint asked_authorization_check1 CHECK (((state = 'waiting'::text) = (decided_at IS NULL))),
  constraint asked_authorization_check2 CHECK (((state = 'approved'::text) = (usable_until IS NOT NULL))),
  constraint asked_authorization_description_check CHECK ((length(description) <= 500)),
  constraint asked_authorization_hash_algorithm_check CHECK ((hash_algorithm = ANY (ARRAY['sha256'::text, 'sha384'::text, 'sha512'::text]))),
  constraint asked_authorization_request_hash_check CHECK ((length(request_hash) = 32)),
  constraint asked_authorization_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'expired'::text]))),
  constraint asked_authorization_wrong_passkeys_check CHECK (((wrong_passkeys >= 0) AND (wrong_passkeys <= 5)))
);
comment on table remote_signing.asked_authorization is 'Scope: agency. What an application asked an owner to sign: one request for up to fifty hashes, and what the owner said.';
CREATE UNIQUE INDEX authorization_asked_once ON remote_signing.asked_authorization USING btree (agency_id, credential_id, client_id, request_hash) WHERE (state = 'waiting'::text);
CREATE INDEX authorization_of_person ON remote_signing.asked_authorization USING btree (agency_id, person_id, asked_at DESC);
CREATE INDEX authorization_overdue ON remote_signing.asked_authorization USING btree (expires_at) WHERE (state = 'waiting'::text);

create table remote_signing.asked_hash (
  agency_id uuid not null,
  authorization_id uuid not null,
  position smallint not null,
  hash bytea not null,
  document_name text,
  signature bytea,
  released_at timestamp with time zone,
  response_id uuid,
  response_position smallint,
  constraint asked_hash_agency_id_authorization_id_hash_key UNIQUE (agency_id, authorization_id, hash),
  constraint asked_hash_pkey PRIMARY KEY (agency_id, authorization_id, "position"),
  constraint asked_hash_agency_id_authorization_id_fkey FOREIGN KEY (agency_id, authorization_id) REFERENCES remote_signing.asked_authorization(agency_id, id),
  constraint asked_hash_check CHECK ((((response_id IS NULL) = (released_at IS NULL)) AND ((response_id IS NULL) = (response_position IS NULL)))),
  constraint asked_hash_document_name_check CHECK ((length(document_name) <= 300)),
  constraint asked_hash_position_check CHECK ((("position" >= 0) AND ("position" <= 49))),
  constraint asked_hash_response_position_check CHECK (((response_position >= 0) AND (response_position <= 49)))
);
comment on table remote_signing.asked_hash is 'Scope: agency. One hash of a request; its signature is made when the owner approves, handed out once, and taken away afterwards.';
CREATE INDEX asked_hash_response ON remote_signing.asked_hash USING btree (agency_id, response_id) WHERE (response_id IS NOT NULL);
CREATE INDEX asked_hash_signed ON remote_signing.asked_hash USING btree (agency_id, authorization_id) WHERE (signature IS NOT NULL);

create table remote_signing.ceremony (
  agency_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  credential_id uuid not null,
  kind text not null,
  nonce bytea not null,
  authorization_ids uuid[] not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint ceremony_pkey PRIMARY KEY (agency_id, id),
  constraint ceremony_authorization_ids_check CHECK ((cardinality(authorization_ids) <= 50)),
  constraint ceremony_check CHECK (((kind = 'enrolment'::text) = (cardinality(authorization_ids) = 0))),
  constraint ceremony_kind_check CHECK ((kind = ANY (ARRAY['enrolment'::text, 'approval'::text]))),
  constraint ceremony_nonce_check CHECK ((length(nonce) = 32))
);
comment on table remote_signing.ceremony is 'Scope: agency. A passkey that was asked for: for which requests, with which random number; answered once.';
CREATE INDEX ceremony_by_end ON remote_signing.ceremony USING btree (expires_at);

create table remote_signing.client (
  id uuid not null,
  name text not null,
  secret_hash bytea not null,
  redirect_uris text[] not null,
  per_minute integer not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  constraint client_pkey PRIMARY KEY (id),
  constraint client_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint client_per_minute_check CHECK (((per_minute >= 1) AND (per_minute <= 6000))),
  constraint client_redirect_uris_check CHECK ((cardinality(redirect_uris) <= 10)),
  constraint client_secret_hash_check CHECK ((length(secret_hash) = 32))
);
comment on table remote_signing.client is 'Scope: installation. Applications that may ask for signatures; of the secret only its SHA-256 is kept.';

create table remote_signing.consent (
  id uuid not null,
  client_id uuid not null,
  scope text not null,
  redirect_uri text not null,
  client_state text,
  code_challenge text not null,
  request jsonb,
  person_id uuid,
  agency_id uuid,
  authorization_id uuid,
  code_hash bytea,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  exchanged_at timestamp with time zone,
  constraint consent_code_hash_key UNIQUE (code_hash),
  constraint consent_pkey PRIMARY KEY (id),
  constraint consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES remote_signing.client(id),
  constraint consent_check CHECK (((scope = 'credential'::text) = (request IS NOT NULL))),
  constraint consent_check1 CHECK (((authorization_id IS NULL) OR ((agency_id IS NOT NULL) AND (person_id IS NOT NULL)))),
  constraint consent_check2 CHECK (((code_hash IS NULL) OR (answered_at IS NOT NULL))),
  constraint consent_check3 CHECK (((exchanged_at IS NULL) OR (code_hash IS NOT NULL))),
  constraint consent_scope_check CHECK ((scope = ANY (ARRAY['service'::text, 'credential'::text])))
);
comment on table remote_signing.consent is 'Scope: installation. A browser that an application sent here for a consent (OAuth 2.0 authorization code with PKCE), until its code is exchanged.';
CREATE INDEX consent_by_end ON remote_signing.consent USING btree (expires_at);

create table remote_signing.enrolment (
  agency_id uuid not null,
  credential_id uuid not null,
  person_id uuid not null,
  user_name text not null,
  enrolled_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint enrolment_pkey PRIMARY KEY (agency_id, credential_id)
);
comment on table remote_signing.enrolment is 'Scope: agency. Credentials that their owner opened to remote signing.';
CREATE INDEX enrolment_of_person ON remote_signing.enrolment USING btree (person_id) WHERE (ended_at IS NULL);
CREATE INDEX enrolment_of_user ON remote_signing.enrolment USING btree (user_name) WHERE (ended_at IS NULL);

create table remote_signing.passkey (
  agency_id uuid not null,
  credential_id uuid not null,
  id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (agency_id, credential_id, id),
  constraint passkey_agency_id_credential_id_fkey FOREIGN KEY (agency_id, credential_id) REFERENCES remote_signing.enrolment(agency_id, credential_id),
  constraint passkey_counter_check CHECK ((counter >= 0)),
  constraint passkey_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80)))
);
comment on table remote_signing.passkey is 'Scope: agency. Passkeys that release one credential: only public keys. They were enrolled with the PIN of the key and do not sign in.';

create table remote_signing.token (
  token_hash bytea not null,
  client_id uuid not null,
  kind text not null,
  person_id uuid,
  expires_at timestamp with time zone not null,
  constraint token_pkey PRIMARY KEY (token_hash),
  constraint token_client_id_fkey FOREIGN KEY (client_id) REFERENCES remote_signing.client(id),
  constraint token_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'refresh'::text])))
);
comment on table remote_signing.token is 'Scope: installation. Tokens of the applications by their SHA-256; with a person when that person let the application in.';
CREATE INDEX token_by_end ON remote_signing.token USING btree (expires_at);

create table remote_signing.turn (
  key text not null,
  window_start timestamp with time zone not null,
  count integer not null,
  constraint turn_pkey PRIMARY KEY (key),
  constraint turn_count_check CHECK ((count > 0))
);
comment on table remote_signing.turn is 'Scope: installation. How often an application, an address or a credential was there in the present stretch of time.';

create table signatures.archived_file (
  agency_id uuid not null,
  sha256 text not null,
  name text not null,
  state text not null,
  archived_sha256 text,
  file_id uuid,
  protected_until timestamp with time zone,
  asked_at timestamp with time zone not null,
  archived_at timestamp with time zone,
  constraint archived_file_pkey PRIMARY KEY (agency_id, sha256),
  constraint archived_file_archived_sha256_check CHECK ((archived_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint archived_file_check CHECK (((state = 'archived'::text) <= ((archived_sha256 IS NOT NULL) AND (file_id IS NOT NULL) AND (archived_at IS NOT NULL)))),
  constraint archived_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint archived_file_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'archived'::text, 'not_valid'::text])))
);
comment on table signatures.archived_file is 'Scope: agency. Signed files that are to last: the file as it was issued or arrived, and its newest copy with validation material and archive time stamp (PAdES B-LTA).';
CREATE INDEX archived_file_due ON signatures.archived_file USING btree (protected_until) WHERE (state = 'archived'::text);

create table signatures.authority_key (
  role text not null,
  generation integer not null,
  certificate bytea not null,
  container bytea,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint authority_key_pkey PRIMARY KEY (role, generation),
  constraint authority_key_check CHECK ((valid_to > valid_from)),
  constraint authority_key_generation_check CHECK ((generation > 0)),
  constraint authority_key_here CHECK (((role = 'root'::text) OR (container IS NOT NULL))),
  constraint authority_key_role_check CHECK ((role = ANY (ARRAY['root'::text, 'issuing'::text, 'timestamp'::text, 'ocsp'::text])))
);
comment on table signatures.authority_key is 'Scope: installation. Append-only. Keys of the built-in certificate authority as encrypted PKCS#12; the highest generation of a role is the one in use. A root without container has its key outside the machine.';

create table signatures.clock_mark (
  service text not null,
  latest_at timestamp with time zone not null,
  constraint clock_mark_pkey PRIMARY KEY (service),
  constraint clock_mark_service_check CHECK ((service = 'timestamp'::text))
);
comment on table signatures.clock_mark is 'Scope: installation. The latest instant at which a service of the built-in authority is known to have worked; a clock that stands before it went backwards.';

create table signatures.credential (
  agency_id uuid not null,
  id uuid not null,
  kind text not null,
  person_id uuid,
  label text not null,
  driver text not null,
  container bytea,
  certificate bytea not null,
  chain bytea[] not null,
  subject text not null,
  issuer text not null,
  serial text not null,
  is_built_in boolean not null,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone not null,
  state text not null,
  revoked_at timestamp with time zone,
  revoked_reason text,
  failed_attempts smallint not null,
  locked_at timestamp with time zone,
  image_sha256 text,
  image_width_mm numeric(5,1),
  image_valid_from date,
  image_valid_to date,
  created_at timestamp with time zone not null,
  constraint credential_agency_id_issuer_serial_key UNIQUE (agency_id, issuer, serial),
  constraint credential_pkey PRIMARY KEY (agency_id, id),
  constraint credential_check CHECK ((valid_to > valid_from)),
  constraint credential_check1 CHECK ((image_valid_to >= image_valid_from)),
  constraint credential_check2 CHECK (((kind = 'person'::text) = (person_id IS NOT NULL))),
  constraint credential_check3 CHECK (((driver <> 'pkcs12'::text) OR (container IS NOT NULL))),
  constraint credential_check4 CHECK (((state = 'revoked'::text) = ((revoked_at IS NOT NULL) AND (revoked_reason IS NOT NULL)))),
  constraint credential_check5 CHECK ((((image_sha256 IS NULL) = (image_width_mm IS NULL)) AND ((image_sha256 IS NULL) = (image_valid_from IS NULL)))),
  constraint credential_driver_check CHECK ((driver ~ '^[a-z][a-z0-9-]*$'::text)),
  constraint credential_failed_attempts_check CHECK (((failed_attempts >= 0) AND (failed_attempts <= 5))),
  constraint credential_image_sha256_check CHECK ((image_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint credential_image_width_mm_check CHECK (((image_width_mm >= (5)::numeric) AND (image_width_mm <= (80)::numeric))),
  constraint credential_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'agency'::text]))),
  constraint credential_state_check CHECK ((state = ANY (ARRAY['active'::text, 'revoked'::text])))
);
comment on table signatures.credential is 'Scope: agency. A certificate with which a person or the agency itself signs, where its key is held, and the image that stands for it on paper.';
CREATE INDEX credential_of_person ON signatures.credential USING btree (agency_id, person_id) WHERE (person_id IS NOT NULL);

create table signatures.hand_over (
  agency_id uuid not null,
  id uuid not null,
  signing_id uuid not null,
  person_id uuid not null,
  kind text not null,
  state text not null,
  download_key_hash text not null,
  upload_key_hash text not null,
  downloads smallint not null,
  opened_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  upload_sha256 text,
  upload_size_bytes bigint,
  received_at timestamp with time zone,
  refusal_code text,
  refusal_values jsonb,
  ended_at timestamp with time zone,
  constraint hand_over_pkey PRIMARY KEY (agency_id, id),
  constraint hand_over_agency_id_signing_id_fkey FOREIGN KEY (agency_id, signing_id) REFERENCES signatures.signing(agency_id, id),
  constraint hand_over_check CHECK ((expires_at > opened_at)),
  constraint hand_over_check1 CHECK ((((upload_sha256 IS NULL) = (received_at IS NULL)) AND ((upload_sha256 IS NULL) = (upload_size_bytes IS NULL)))),
  constraint hand_over_check2 CHECK (((state = ANY (ARRAY['received'::text, 'completed'::text, 'refused'::text])) = (upload_sha256 IS NOT NULL))),
  constraint hand_over_check3 CHECK (((state = 'refused'::text) = ((refusal_code IS NOT NULL) AND (refusal_values IS NOT NULL)))),
  constraint hand_over_check4 CHECK (((state = ANY (ARRAY['completed'::text, 'refused'::text, 'closed'::text])) = (ended_at IS NOT NULL))),
  constraint hand_over_download_key_hash_check CHECK ((download_key_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint hand_over_downloads_check CHECK (((downloads >= 0) AND (downloads <= 5))),
  constraint hand_over_kind_check CHECK ((kind = ANY (ARRAY['approved'::text, 'issued'::text, 'appendix'::text, 'copy'::text, 'income'::text, 'comment'::text]))),
  constraint hand_over_state_check CHECK ((state = ANY (ARRAY['open'::text, 'received'::text, 'completed'::text, 'refused'::text, 'closed'::text]))),
  constraint hand_over_upload_key_hash_check CHECK ((upload_key_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint hand_over_upload_sha256_check CHECK ((upload_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint hand_over_upload_size_bytes_check CHECK ((upload_size_bytes > 0))
);
comment on table signatures.hand_over is 'Scope: agency. A file lent to a signing program on a person''s own computer: the hashes of its two one-time addresses, and what came back.';
CREATE INDEX hand_over_of_signing ON signatures.hand_over USING btree (agency_id, signing_id, opened_at);
CREATE UNIQUE INDEX hand_over_open ON signatures.hand_over USING btree (agency_id, signing_id) WHERE (state = ANY (ARRAY['open'::text, 'received'::text]));

create table signatures.issued_certificate (
  serial text not null,
  purpose text not null,
  subject text not null,
  certificate bytea not null,
  agency_id uuid,
  credential_id uuid,
  issued_at timestamp with time zone not null,
  valid_to timestamp with time zone not null,
  state text not null,
  revoked_at timestamp with time zone,
  reason text,
  constraint issued_certificate_pkey PRIMARY KEY (serial),
  constraint issued_certificate_check CHECK (((state = 'revoked'::text) = ((revoked_at IS NOT NULL) AND (reason IS NOT NULL)))),
  constraint issued_certificate_check1 CHECK (((purpose = ANY (ARRAY['person'::text, 'agency'::text])) = ((agency_id IS NOT NULL) AND (credential_id IS NOT NULL)))),
  constraint issued_certificate_purpose_check CHECK ((purpose = ANY (ARRAY['issuing'::text, 'timestamp'::text, 'ocsp'::text, 'person'::text, 'agency'::text]))),
  constraint issued_certificate_serial_check CHECK ((serial ~ '^[0-9a-f]{2,40}$'::text)),
  constraint issued_certificate_state_check CHECK ((state = ANY (ARRAY['valid'::text, 'revoked'::text])))
);
comment on table signatures.issued_certificate is 'Scope: installation. Every certificate that the built-in authority issued, under its serial number, with its revocation.';
CREATE INDEX issued_certificate_revoked ON signatures.issued_certificate USING btree (revoked_at) WHERE (state = 'revoked'::text);

create table signatures.ocsp_answer (
  certificate_id bytea not null,
  serial text not null,
  state text not null,
  content bytea not null,
  this_update timestamp with time zone not null,
  next_update timestamp with time zone not null,
  is_asked boolean not null,
  constraint ocsp_answer_pkey PRIMARY KEY (certificate_id),
  constraint ocsp_answer_serial_fkey FOREIGN KEY (serial) REFERENCES signatures.issued_certificate(serial),
  constraint ocsp_answer_check CHECK ((next_update > this_update)),
  constraint ocsp_answer_state_check CHECK ((state = ANY (ARRAY['valid'::text, 'revoked'::text])))
);
comment on table signatures.ocsp_answer is 'Scope: installation. OCSP answers signed in advance, under the whole CertID they were asked with; one counts only while its state is the state of the certificate. Those that were asked for are renewed before they end.';
CREATE INDEX ocsp_answer_of_serial ON signatures.ocsp_answer USING btree (serial);

create table signatures.revocation_list (
  issuer text not null,
  number bigint not null,
  issued_at timestamp with time zone not null,
  next_update timestamp with time zone not null,
  content bytea not null,
  generation integer not null,
  constraint revocation_list_pkey PRIMARY KEY (issuer, number),
  constraint revocation_list_check CHECK ((next_update > issued_at)),
  constraint revocation_list_generation_check CHECK ((generation > 0)),
  constraint revocation_list_issuer_check CHECK ((issuer = ANY (ARRAY['root'::text, 'issuing'::text]))),
  constraint revocation_list_number_check CHECK ((number > 0))
);
comment on table signatures.revocation_list is 'Scope: installation. Append-only. The revocation lists of the built-in authority, each with the next number of its issuer, also across generations; the highest of a generation is the one in force.';

create table signatures.revocation_lookup (
  question text not null,
  kind text not null,
  url text not null,
  material_sha256 text not null,
  asked_at timestamp with time zone not null,
  good_until timestamp with time zone not null,
  constraint revocation_lookup_pkey PRIMARY KEY (question),
  constraint revocation_lookup_material_sha256_fkey FOREIGN KEY (material_sha256) REFERENCES signatures.validation_material(sha256),
  constraint revocation_lookup_check CHECK ((good_until > asked_at)),
  constraint revocation_lookup_kind_check CHECK ((kind = ANY (ARRAY['issuer'::text, 'crl'::text, 'ocsp'::text]))),
  constraint revocation_lookup_question_check CHECK ((question ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.revocation_lookup is 'Scope: installation. The last answer of an authority to a question about a certificate, for as long as it may be used again.';

create table signatures.signing (
  agency_id uuid not null,
  id uuid not null,
  subject_type text not null,
  subject_id uuid not null,
  purpose text not null,
  purpose_data jsonb not null,
  credential_id uuid not null,
  base_sha256 text not null,
  appearance jsonb not null,
  state text not null,
  opened_by jsonb not null,
  opened_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  attempt_id uuid,
  attempt_until timestamp with time zone,
  prepared bytea,
  holder_reference text,
  result_sha256 text,
  result_size_bytes bigint,
  evidence jsonb,
  failure_code text,
  ended_at timestamp with time zone,
  constraint signing_pkey PRIMARY KEY (agency_id, id),
  constraint signing_agency_id_credential_id_fkey FOREIGN KEY (agency_id, credential_id) REFERENCES signatures.credential(agency_id, id),
  constraint signing_base_sha256_check CHECK ((base_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint signing_check CHECK (((state = ANY (ARRAY['completed'::text, 'failed'::text, 'expired'::text])) = (ended_at IS NOT NULL))),
  constraint signing_check1 CHECK (((state = 'completed'::text) = ((result_sha256 IS NOT NULL) AND (result_size_bytes IS NOT NULL) AND (evidence IS NOT NULL)))),
  constraint signing_check2 CHECK (((state = ANY (ARRAY['failed'::text, 'expired'::text])) = (failure_code IS NOT NULL))),
  constraint signing_check3 CHECK (((state = 'signing'::text) = (attempt_until IS NOT NULL))),
  constraint signing_check4 CHECK (((state = 'pending'::text) <= ((holder_reference IS NOT NULL) AND (prepared IS NOT NULL)))),
  constraint signing_result_sha256_check CHECK ((result_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint signing_result_size_bytes_check CHECK ((result_size_bytes > 0)),
  constraint signing_state_check CHECK ((state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text, 'completed'::text, 'failed'::text, 'expired'::text])))
);
comment on table signatures.signing is 'Scope: agency. One act of signing one file, from the lock on the file to the signed result and the evidence kept with it.';
CREATE UNIQUE INDEX signing_open ON signatures.signing USING btree (agency_id, subject_type, subject_id) WHERE (state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text]));
CREATE INDEX signing_overdue ON signatures.signing USING btree (expires_at) WHERE (state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text]));

create table signatures.trust_anchor (
  fingerprint text not null,
  name text not null,
  certificate bytea not null,
  legal_basis text not null,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone,
  added_at timestamp with time zone not null,
  constraint trust_anchor_pkey PRIMARY KEY (fingerprint),
  constraint trust_anchor_check CHECK ((valid_to > valid_from)),
  constraint trust_anchor_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.trust_anchor is 'Scope: installation. Root certificates that this installation trusts, each for a period and on a legal basis.';

create table signatures.validation (
  sha256 text not null,
  trust_version text not null,
  indication text not null,
  report jsonb not null,
  validated_at timestamp with time zone not null,
  constraint validation_pkey PRIMARY KEY (sha256, trust_version),
  constraint validation_indication_check CHECK ((indication = ANY (ARRAY['TOTAL-PASSED'::text, 'TOTAL-FAILED'::text, 'INDETERMINATE'::text, 'UNREADABLE'::text, 'UNSIGNED'::text]))),
  constraint validation_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.validation is 'Scope: installation. The validation report of a file, by its hash and the set of trust anchors and revocations it was judged by.';

create table signatures.validation_evidence (
  sha256 text not null,
  validated_at timestamp with time zone not null,
  material_sha256 text not null,
  constraint validation_evidence_pkey PRIMARY KEY (sha256, validated_at, material_sha256),
  constraint validation_evidence_material_sha256_fkey FOREIGN KEY (material_sha256) REFERENCES signatures.validation_material(sha256),
  constraint validation_evidence_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.validation_evidence is 'Scope: installation. Append-only. Which material from outside the file each validation of it rested on.';

create table signatures.validation_material (
  sha256 text not null,
  kind text not null,
  content bytea not null,
  kept_at timestamp with time zone not null,
  constraint validation_material_pkey PRIMARY KEY (sha256),
  constraint validation_material_kind_check CHECK ((kind = ANY (ARRAY['certificate'::text, 'crl'::text, 'ocsp'::text]))),
  constraint validation_material_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.validation_material is 'Scope: installation. Append-only. Certificates, revocation lists and OCSP answers that validations rested on, by their hash.';

create table verification.issued_document (
  code text not null,
  agency_id uuid not null,
  document_id uuid not null,
  number_and_notation text not null,
  type_name text not null,
  issued_on date,
  issued_at timestamp with time zone not null,
  state text not null,
  files jsonb not null,
  constraint issued_document_pkey PRIMARY KEY (code),
  constraint issued_document_code_check CHECK ((code ~ '^[2-9a-hjkmnp-z]{20}$'::text)),
  constraint issued_document_state_check CHECK ((state = ANY (ARRAY['in_force'::text, 'recalled'::text, 'replaced'::text])))
);
comment on table verification.issued_document is 'Scope: installation. What the public page of an issued document may say, by the code that stands on its paper: hashes, number and issuing agency, never its content.';
