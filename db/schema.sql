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
CREATE INDEX entry_time ON audit.entry USING brin (at) WITH (pages_per_range='32');
CREATE INDEX entry_timeline ON audit.entry USING btree (agency_id, subject_type, subject_id, at, id);

create table audit.expired_entry (
  agency_id uuid not null,
  entry_id uuid not null,
  leaf_hash bytea not null,
  type text not null,
  at timestamp with time zone not null,
  expired_at timestamp with time zone not null,
  legal_basis text not null,
  constraint expired_entry_pkey PRIMARY KEY (agency_id, entry_id),
  constraint expired_entry_leaf_hash_check CHECK ((length(leaf_hash) = 32))
);
comment on table audit.expired_entry is 'Scope: agency. Append-only. Entries whose content left the record when its time was over: the leaf stays, so that the tree still verifies.';

create table audit.legal_hold (
  id uuid not null,
  agency_id uuid,
  subject_type text,
  subject_id text,
  person_id uuid,
  from_at timestamp with time zone,
  to_at timestamp with time zone,
  reason text not null,
  placed_at timestamp with time zone not null,
  placed_by text not null,
  lifted_at timestamp with time zone,
  lifted_by text,
  lift_reason text,
  constraint legal_hold_pkey PRIMARY KEY (id),
  constraint legal_hold_check CHECK (((subject_type IS NULL) = (subject_id IS NULL))),
  constraint legal_hold_check1 CHECK (((agency_id IS NOT NULL) OR (subject_id IS NOT NULL) OR (person_id IS NOT NULL) OR (from_at IS NOT NULL))),
  constraint legal_hold_check2 CHECK (((to_at IS NULL) OR (from_at IS NULL) OR (to_at >= from_at))),
  constraint legal_hold_check3 CHECK ((((lifted_at IS NULL) = (lifted_by IS NULL)) AND ((lifted_at IS NULL) = (lift_reason IS NULL)))),
  constraint legal_hold_reason_check CHECK (((length(reason) >= 5) AND (length(reason) <= 1000)))
);
comment on table audit.legal_hold is 'Scope: installation. What must not leave the record while an inspection, a complaint or a court needs it, whatever the rules of retention say.';

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

create table audit.retention_rule (
  type_prefix text not null,
  valid_from date not null,
  valid_to date,
  keep_years integer not null,
  legal_basis text not null,
  constraint retention_rule_pkey PRIMARY KEY (type_prefix, valid_from),
  constraint retention_rule_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint retention_rule_keep_years_check CHECK (((keep_years >= 1) AND (keep_years <= 100))),
  constraint retention_rule_type_prefix_check CHECK ((type_prefix ~ '^[a-z][a-z0-9-]*(\.[a-z0-9-]*)?$'::text))
);
comment on table audit.retention_rule is 'Scope: installation. For how many years the content of entries whose type begins so is kept. What no rule speaks of is kept for ever.';

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
CREATE INDEX task_taken ON cases.task USING btree (agency_id, taken_by_post_id) WHERE ((state = 'open'::text) AND (taken_by_post_id IS NOT NULL));
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
  asked_at timestamp with time zone,
  asked_by uuid,
  answered_at timestamp with time zone,
  ask_problem text,
  unanswered_since timestamp with time zone,
  status_as_of timestamp with time zone,
  status_answer text,
  renewal_declined_at timestamp with time zone,
  renewal_declined_by text,
  renewal_declined_reason text,
  renewal_declined_note text,
  constraint certificate_agency_id_fingerprint_key UNIQUE (agency_id, fingerprint),
  constraint certificate_pkey PRIMARY KEY (agency_id, id),
  constraint certificate_ask_problem_check CHECK ((ask_problem = ANY (ARRAY['notTrusted'::text, 'noAddress'::text, 'notAllowed'::text, 'silent'::text]))),
  constraint certificate_check CHECK ((valid_to > valid_from)),
  constraint certificate_check1 CHECK (((status = 'revoked'::text) = (revoked_at IS NOT NULL))),
  constraint certificate_check2 CHECK (((answered_at IS NULL) OR (asked_at IS NOT NULL))),
  constraint certificate_check3 CHECK (((unanswered_since IS NULL) = (ask_problem IS NULL))),
  constraint certificate_check4 CHECK (((status_answer IS NULL) = (status_as_of IS NULL))),
  constraint certificate_check5 CHECK (((renewal_declined_at IS NULL) = (renewal_declined_by IS NULL))),
  constraint certificate_check6 CHECK (((renewal_declined_at IS NULL) = (renewal_declined_reason IS NULL))),
  constraint certificate_check7 CHECK (((renewal_declined_note IS NULL) OR (renewal_declined_at IS NOT NULL))),
  constraint certificate_check8 CHECK (((renewal_declined_reason <> 'other'::text) OR (renewal_declined_note IS NOT NULL))),
  constraint certificate_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
  constraint certificate_holder_kind_check CHECK ((holder_kind = ANY (ARRAY['person'::text, 'agency'::text, 'device'::text]))),
  constraint certificate_holder_name_check CHECK (((length(holder_name) >= 1) AND (length(holder_name) <= 300))),
  constraint certificate_note_check CHECK (((length(note) >= 1) AND (length(note) <= 1000))),
  constraint certificate_renewal_declined_note_check CHECK (((length(renewal_declined_note) >= 1) AND (length(renewal_declined_note) <= 300))),
  constraint certificate_renewal_declined_reason_check CHECK ((renewal_declined_reason = ANY (ARRAY['postEnded'::text, 'replaced'::text, 'notNeeded'::text, 'other'::text]))),
  constraint certificate_status_answer_check CHECK ((status_answer ~ '^[0-9a-f]{64}$'::text)),
  constraint certificate_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'revoked'::text]))),
  constraint certificate_status_source_check CHECK ((status_source = ANY (ARRAY['own'::text, 'ocsp'::text, 'list'::text, 'person'::text, 'none'::text]))),
  constraint certificate_token_serial_check CHECK (((length(token_serial) >= 1) AND (length(token_serial) <= 100))),
  constraint certificate_warned_days_check CHECK ((warned_days = ANY (ARRAY[60, 30, 7])))
);
comment on table certificates.certificate is 'Scope: agency. Every certificate that an agency manages, whoever issued it and wherever its key is: of people, of the agency itself, of devices and software (68/2024/NĐ-CP Art. 10).';
CREATE INDEX certificate_by_end ON certificates.certificate USING btree (valid_to, id);
CREATE INDEX certificate_of_agency ON certificates.certificate USING btree (agency_id, valid_to, id);
CREATE INDEX certificate_of_person ON certificates.certificate USING btree (agency_id, person_id) WHERE (person_id IS NOT NULL);
CREATE INDEX certificate_search ON certificates.certificate USING gin (search);
CREATE INDEX certificate_to_ask ON certificates.certificate USING btree (asked_at NULLS FIRST, agency_id, id) WHERE ((NOT is_built_in) AND (status <> 'revoked'::text));

create table certificates.form (
  code text not null,
  kind text not null,
  holder_kind text not null,
  name text not null,
  valid_from date not null,
  valid_to date,
  legal_basis text not null,
  number text,
  subject text,
  addressee text,
  contact text,
  fields text[],
  required text[],
  constraint form_pkey PRIMARY KEY (code, kind, holder_kind, valid_from),
  constraint form_check CHECK ((valid_to >= valid_from)),
  constraint form_check1 CHECK (((fields IS NULL) = (subject IS NULL))),
  constraint form_check2 CHECK (((fields IS NULL) = (addressee IS NULL))),
  constraint form_check3 CHECK (((fields IS NULL) = (contact IS NULL))),
  constraint form_check4 CHECK (((fields IS NULL) = (required IS NULL))),
  constraint form_check5 CHECK ((required <@ fields)),
  constraint form_contact_check CHECK ((contact = ANY (ARRAY['receives'::text, 'hands-over'::text]))),
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
  form_from date not null,
  deciding_agencies uuid[] not null default '{}'::uuid[],
  constraint request_pkey PRIMARY KEY (agency_id, id),
  constraint request_agency_id_certificate_id_fkey FOREIGN KEY (agency_id, certificate_id) REFERENCES certificates.certificate(agency_id, id),
  constraint request_form_code_kind_holder_kind_form_from_fkey FOREIGN KEY (form_code, kind, holder_kind, form_from) REFERENCES certificates.form(code, kind, holder_kind, valid_from),
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
CREATE INDEX request_undecided ON certificates.request USING btree (agency_id, id) WHERE (state = 'submitted'::text);

create table exchange.axis_agency (
  agency_id uuid not null,
  version bigint not null,
  facts jsonb not null,
  changed_at timestamp with time zone not null,
  constraint axis_agency_pkey PRIMARY KEY (agency_id),
  constraint axis_agency_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint axis_agency_version_check CHECK ((version > 0))
);
comment on table exchange.axis_agency is 'Scope: installation. The agencies that live here as vendors'' systems last could read them, each with the version of its last change.';
CREATE INDEX axis_agency_version ON exchange.axis_agency USING btree (version);

create table exchange.axis_key (
  partner_id uuid not null,
  id uuid not null,
  key_hash bytea not null,
  hint text not null,
  note text,
  created_at timestamp with time zone not null,
  created_by jsonb not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint axis_key_key_hash_key UNIQUE (key_hash),
  constraint axis_key_pkey PRIMARY KEY (partner_id, id),
  constraint axis_key_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint axis_key_check CHECK ((expires_at > created_at)),
  constraint axis_key_hint_check CHECK ((length(hint) = 4)),
  constraint axis_key_key_hash_check CHECK ((length(key_hash) = 32)),
  constraint axis_key_note_check CHECK ((length(note) <= 200))
);
comment on table exchange.axis_key is 'Scope: installation. The keys with which a vendor''s system shows who it is; several are good side by side, so that one is replaced without a pause.';

create table exchange.axis_meter (
  partner_id uuid not null,
  day date not null,
  messages integer not null,
  bytes bigint not null,
  minute timestamp with time zone not null,
  requests integer not null,
  seen_at timestamp with time zone not null,
  constraint axis_meter_pkey PRIMARY KEY (partner_id),
  constraint axis_meter_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint axis_meter_bytes_check CHECK ((bytes >= 0)),
  constraint axis_meter_messages_check CHECK ((messages >= 0)),
  constraint axis_meter_requests_check CHECK ((requests >= 0))
);
comment on table exchange.axis_meter is 'Scope: installation. What a vendor''s system has used of its quotas: messages and bytes of the day, requests of the minute.';

create table exchange.axis_packet (
  partner_id uuid not null,
  partner_ref text not null,
  original_hash bytea not null,
  message_type text not null,
  document_id text,
  business text not null,
  sequence integer not null,
  from_code text,
  to_codes text[] not null,
  sent_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  constraint axis_packet_pkey PRIMARY KEY (partner_id, partner_ref),
  constraint axis_packet_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint axis_packet_business_check CHECK ((business = ANY (ARRAY['new'::text, 'revoke'::text, 'update'::text, 'replace'::text, 'take_back'::text, 'status'::text, 'unreadable'::text]))),
  constraint axis_packet_document_id_check CHECK ((length(document_id) <= 300)),
  constraint axis_packet_from_code_check CHECK ((length(from_code) <= 100)),
  constraint axis_packet_message_type_check CHECK ((message_type = ANY (ARRAY['edoc'::text, 'status'::text, 'unreadable'::text]))),
  constraint axis_packet_original_hash_check CHECK ((length(original_hash) = 32)),
  constraint axis_packet_partner_ref_check CHECK (((length(partner_ref) >= 1) AND (length(partner_ref) <= 200))),
  constraint axis_packet_sequence_check CHECK ((sequence >= 0))
);
comment on table exchange.axis_packet is 'Scope: installation. Append-only. What vendors'' systems sent, as far as their lists and later notices about the same document need it; the original is with inbound.';
CREATE INDEX axis_packet_document ON exchange.axis_packet USING btree (partner_id, document_id, received_at);
CREATE INDEX axis_packet_hash ON exchange.axis_packet USING btree (partner_id, original_hash);
CREATE INDEX axis_packet_list ON exchange.axis_packet USING btree (partner_id, received_at, partner_ref);

create table exchange.axis_parcel (
  agency_id uuid not null,
  id uuid not null,
  partner_id uuid not null,
  message_type text not null,
  document_id text not null,
  from_code text not null,
  to_codes text[] not null,
  state text not null,
  note text,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint axis_parcel_pkey PRIMARY KEY (agency_id, id),
  constraint axis_parcel_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint axis_parcel_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES exchange.transfer(agency_id, id),
  constraint axis_parcel_document_id_check CHECK (((length(document_id) >= 1) AND (length(document_id) <= 300))),
  constraint axis_parcel_message_type_check CHECK ((message_type = ANY (ARRAY['edoc'::text, 'status'::text]))),
  constraint axis_parcel_note_check CHECK ((length(note) <= 1000)),
  constraint axis_parcel_state_check CHECK ((state = ANY (ARRAY['initial'::text, 'processing'::text, 'done'::text, 'fail'::text])))
);
comment on table exchange.axis_parcel is 'Scope: agency. A parcel that waits to be listed and fetched by a vendor''s system, until the system says that it has it.';
CREATE INDEX axis_parcel_document ON exchange.axis_parcel USING btree (partner_id, document_id);
CREATE INDEX axis_parcel_id ON exchange.axis_parcel USING btree (partner_id, id);
CREATE INDEX axis_parcel_open ON exchange.axis_parcel USING btree (partner_id, id) WHERE (state = ANY (ARRAY['initial'::text, 'processing'::text]));

create table exchange.axis_sandbox (
  agency_id uuid not null,
  partner_id uuid,
  constraint axis_sandbox_partner_id_key UNIQUE (partner_id),
  constraint axis_sandbox_pkey PRIMARY KEY (agency_id),
  constraint axis_sandbox_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint axis_sandbox_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id)
);
comment on table exchange.axis_sandbox is 'Scope: installation. Agencies that exist for trying only; nothing goes between them and real ones.';

create table exchange.axis_sending (
  agency_id uuid not null,
  transfer_id uuid not null,
  part smallint not null,
  partner_id uuid not null,
  packet_hash bytea not null,
  size_bytes bigint not null,
  begun_at timestamp with time zone not null,
  doc_id text,
  state text not null,
  changed_at timestamp with time zone not null,
  constraint axis_sending_pkey PRIMARY KEY (agency_id, transfer_id, part),
  constraint axis_sending_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint axis_sending_agency_id_transfer_id_fkey FOREIGN KEY (agency_id, transfer_id) REFERENCES exchange.transfer(agency_id, id),
  constraint axis_sending_check CHECK (((state = 'begun'::text) = (doc_id IS NULL))),
  constraint axis_sending_doc_id_check CHECK (((length(doc_id) >= 1) AND (length(doc_id) <= 200))),
  constraint axis_sending_packet_hash_check CHECK ((length(packet_hash) = 32)),
  constraint axis_sending_part_check CHECK ((part >= 0)),
  constraint axis_sending_size_bytes_check CHECK ((size_bytes > 0)),
  constraint axis_sending_state_check CHECK ((state = ANY (ARRAY['begun'::text, 'initial'::text, 'processing'::text, 'done'::text, 'fail'::text])))
);
comment on table exchange.axis_sending is 'Scope: agency. Packets that were sent to the national axis: noted before the first try, so that after a crash the axis is asked before anything is sent again.';
CREATE INDEX axis_sending_doc ON exchange.axis_sending USING btree (partner_id, doc_id) WHERE (doc_id IS NOT NULL);

create table exchange.axis_step (
  partner_id uuid not null,
  step text not null,
  done_at timestamp with time zone,
  problem_code text,
  problem_vi text,
  problem_en text,
  problem_at timestamp with time zone,
  constraint axis_step_pkey PRIMARY KEY (partner_id, step),
  constraint axis_step_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint axis_step_check CHECK (((problem_code IS NULL) = (problem_at IS NULL))),
  constraint axis_step_check1 CHECK (((done_at IS NOT NULL) OR (problem_at IS NOT NULL))),
  constraint axis_step_step_check CHECK ((step = ANY (ARRAY['registered'::text, 'listed'::text, 'sent'::text, 'duplicate'::text, 'received'::text, 'fetched'::text, 'acknowledged'::text, 'status03'::text, 'status04'::text, 'status05'::text, 'status06'::text, 'recall'::text])))
);
comment on table exchange.axis_step is 'Scope: installation. How far a vendor has come with the checklist in sandbox mode, and what last went wrong at each step.';

create table exchange.axis_withheld (
  partner_id uuid not null,
  doc_id text not null,
  message_type text not null,
  from_code text,
  problem_code text not null,
  problem text not null,
  refusals integer not null,
  since timestamp with time zone not null,
  next_ask_at timestamp with time zone not null,
  constraint axis_withheld_pkey PRIMARY KEY (partner_id, doc_id),
  constraint axis_withheld_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint axis_withheld_doc_id_check CHECK (((length(doc_id) >= 1) AND (length(doc_id) <= 200))),
  constraint axis_withheld_from_code_check CHECK ((length(from_code) <= 100)),
  constraint axis_withheld_message_type_check CHECK ((message_type = ANY (ARRAY['edoc'::text, 'status'::text]))),
  constraint axis_withheld_problem_check CHECK ((length(problem) <= 1000)),
  constraint axis_withheld_refusals_check CHECK ((refusals > 0))
);
comment on table exchange.axis_withheld is 'Scope: installation. Packets that the national axis lists and does not give: asked for again with growing pauses, so that they hold up no others, until they are given or listed no more.';

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
  arrived_at timestamp with time zone,
  opened_at timestamp with time zone,
  answered_at timestamp with time zone,
  reminded_at timestamp with time zone,
  reminder_count integer not null default 0,
  transfer_id uuid,
  is_passed_on boolean not null default false,
  constraint delivery_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id),
  constraint delivery_agency_id_envelope_id_fkey FOREIGN KEY (agency_id, envelope_id) REFERENCES exchange.envelope(agency_id, id),
  constraint delivery_agency_id_transfer_id_fkey FOREIGN KEY (agency_id, transfer_id) REFERENCES exchange.transfer(agency_id, id),
  constraint delivery_recipient_agency_id_fkey FOREIGN KEY (recipient_agency_id) REFERENCES identity.agency(id),
  constraint delivery_answer_ordinal_check CHECK ((answer_ordinal >= 0)),
  constraint delivery_check CHECK (((status IS NULL) = (answer_ordinal = 0))),
  constraint delivery_reminder_count_check CHECK ((reminder_count >= 0)),
  constraint delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'no_route'::text, 'returned'::text, 'arrived'::text, 'refused'::text, 'registered'::text, 'assigned'::text, 'in_process'::text, 'completed'::text, 'cancelled'::text, 'recalled'::text, 'replaced'::text, 'agreed'::text, 'declined'::text]))),
  constraint delivery_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text, '15'::text, '16'::text])))
);
comment on table exchange.delivery is 'Scope: agency. One recipient of an envelope, as the sender knows it: on the way, arrived, refused, registered, and who holds it.';
CREATE INDEX delivery_open ON exchange.delivery USING btree (agency_id, created_at) WHERE (state = ANY (ARRAY['waiting'::text, 'no_route'::text, 'returned'::text]));
CREATE INDEX delivery_rerouted ON exchange.delivery USING btree (agency_id, envelope_id, delivered_to_agency_id) WHERE (delivered_to_agency_id <> recipient_agency_id);
CREATE INDEX delivery_transfer ON exchange.delivery USING btree (agency_id, transfer_id) WHERE (transfer_id IS NOT NULL);

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
  constraint delivery_answer_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text, '15'::text, '16'::text])))
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
  kind text not null default 'new'::text,
  of_envelope_id uuid,
  cancels boolean not null default false,
  sequence integer not null default 0,
  reason text,
  signed_at timestamp with time zone,
  send_due_at timestamp with time zone,
  constraint envelope_pkey PRIMARY KEY (agency_id, id),
  constraint envelope_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint envelope_cancels_check CHECK (((NOT cancels) OR (kind = ANY (ARRAY['recall'::text, 'take_back'::text, 'update'::text])))),
  constraint envelope_check CHECK (((inspection IS NULL) = (inspected_at IS NULL))),
  constraint envelope_content_hash_check CHECK ((length(content_hash) = 32)),
  constraint envelope_due_check CHECK (((signed_at IS NULL) = (send_due_at IS NULL))),
  constraint envelope_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'recall'::text, 'take_back'::text, 'update'::text, 'replace'::text]))),
  constraint envelope_of_check CHECK ((((kind = 'new'::text) = (of_envelope_id IS NULL)) AND ((kind = 'new'::text) = (reason IS NULL)))),
  constraint envelope_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint envelope_recipient_count_check CHECK ((recipient_count > 0)),
  constraint envelope_sequence_check CHECK ((sequence >= 0)),
  constraint envelope_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table exchange.envelope is 'Scope: agency. What an agency sent: one row for all its recipients.';
CREATE INDEX envelope_by_time ON exchange.envelope USING btree (agency_id, sent_at, id);
CREATE INDEX envelope_notice ON exchange.envelope USING btree (agency_id, of_envelope_id) WHERE (of_envelope_id IS NOT NULL);
CREATE INDEX envelope_subject ON exchange.envelope USING btree (agency_id, subject_type, subject_id);

create table exchange.inbound (
  id uuid not null,
  partner_id uuid not null,
  partner_ref text not null,
  original_hash bytea not null,
  size_bytes bigint not null,
  media_type text not null,
  state text not null,
  kind text,
  sender_name text,
  summary text,
  attempts integer not null,
  problem_code text,
  problem text,
  agency_id uuid,
  resolution text,
  resolved_by jsonb,
  received_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  claimed_agency_id uuid,
  awaits text,
  constraint inbound_partner_id_partner_ref_key UNIQUE (partner_id, partner_ref),
  constraint inbound_pkey PRIMARY KEY (id),
  constraint inbound_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint inbound_claimed_agency_id_fkey FOREIGN KEY (claimed_agency_id) REFERENCES identity.agency(id),
  constraint inbound_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint inbound_attempts_check CHECK ((attempts >= 0)),
  constraint inbound_awaits_check CHECK (((length(awaits) >= 1) AND (length(awaits) <= 300))),
  constraint inbound_check CHECK (((state = 'with_person'::text) <= (agency_id IS NOT NULL))),
  constraint inbound_check1 CHECK (((state = ANY (ARRAY['quarantined'::text, 'refused'::text])) <= (problem_code IS NOT NULL))),
  constraint inbound_check2 CHECK (((state = ANY (ARRAY['resolved'::text, 'discarded'::text])) = (resolved_by IS NOT NULL))),
  constraint inbound_kind_check CHECK ((kind = ANY (ARRAY['envelope'::text, 'answer'::text, 'outcome'::text, 'opening'::text, 'reminder'::text, 'claim'::text]))),
  constraint inbound_original_hash_check CHECK ((length(original_hash) = 32)),
  constraint inbound_partner_ref_check CHECK (((length(partner_ref) >= 1) AND (length(partner_ref) <= 200))),
  constraint inbound_size_bytes_check CHECK ((size_bytes > 0)),
  constraint inbound_state_check CHECK ((state = ANY (ARRAY['incomplete'::text, 'waiting'::text, 'applied'::text, 'refused'::text, 'quarantined'::text, 'with_person'::text, 'resolved'::text, 'discarded'::text])))
);
comment on table exchange.inbound is 'Scope: installation. Everything that came from a partner, with its untouched original: what could not be read or applied waits here in quarantine, in sight, until it is tried again or a person has dealt with it.';
CREATE INDEX inbound_agency ON exchange.inbound USING btree (agency_id, received_at) WHERE (state = 'with_person'::text);
CREATE INDEX inbound_awaits ON exchange.inbound USING btree (partner_id, awaits) WHERE (awaits IS NOT NULL);
CREATE INDEX inbound_incomplete ON exchange.inbound USING btree (partner_id, received_at) WHERE (state = 'incomplete'::text);
CREATE INDEX inbound_trouble ON exchange.inbound USING btree (received_at) WHERE (state = ANY (ARRAY['quarantined'::text, 'with_person'::text]));

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
  kind text not null default 'new'::text,
  of_envelope_id uuid,
  target_agency_id uuid,
  target_message_id uuid,
  sequence integer not null default 0,
  opened_at timestamp with time zone,
  constraint message_agency_id_sender_agency_id_envelope_id_key UNIQUE (agency_id, sender_agency_id, envelope_id),
  constraint message_pkey PRIMARY KEY (agency_id, id),
  constraint message_addressed_agency_id_fkey FOREIGN KEY (addressed_agency_id) REFERENCES identity.agency(id),
  constraint message_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint message_sender_agency_id_fkey FOREIGN KEY (sender_agency_id) REFERENCES identity.agency(id),
  constraint message_answer_ordinal_check CHECK ((answer_ordinal > 0)),
  constraint message_content_hash_check CHECK ((length(content_hash) = 32)),
  constraint message_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'recall'::text, 'take_back'::text, 'update'::text, 'replace'::text]))),
  constraint message_notice_state_check CHECK (((kind = ANY (ARRAY['recall'::text, 'take_back'::text, 'update'::text])) >= (state = ANY (ARRAY['asked'::text, 'agreed'::text, 'declined'::text])))),
  constraint message_of_check CHECK (((kind = 'new'::text) = (of_envelope_id IS NULL))),
  constraint message_sequence_check CHECK ((sequence >= 0)),
  constraint message_state_check CHECK ((state = ANY (ARRAY['arrived'::text, 'refused'::text, 'registered'::text, 'assigned'::text, 'in_process'::text, 'completed'::text, 'recalled'::text, 'replaced'::text, 'asked'::text, 'agreed'::text, 'declined'::text]))),
  constraint message_target_check CHECK (((target_agency_id IS NULL) = (target_message_id IS NULL)))
);
comment on table exchange.message is 'Scope: agency. What arrived at an agency: the untouched original, the steps by which it was verified, and how far the agency is with it.';
CREATE INDEX message_by_time ON exchange.message USING btree (agency_id, arrived_at, id);
CREATE INDEX message_notice ON exchange.message USING btree (agency_id, sender_agency_id, of_envelope_id) WHERE (of_envelope_id IS NOT NULL);

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
  constraint message_answer_status_check CHECK ((status = ANY (ARRAY['01'::text, '02'::text, '03'::text, '04'::text, '05'::text, '06'::text, '15'::text, '16'::text])))
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
CREATE INDEX message_file_stored ON exchange.message_file USING btree (agency_id, file_id);

create table exchange.message_origin (
  agency_id uuid not null,
  message_id uuid not null,
  position smallint not null,
  partner_id uuid not null,
  inbound_id uuid not null,
  addressed_ref text,
  addressed_code text,
  sender_ref text not null,
  sender_code text,
  addressed_agency_id uuid,
  constraint message_origin_pkey PRIMARY KEY (agency_id, message_id, "position"),
  constraint message_origin_agency_id_message_id_fkey FOREIGN KEY (agency_id, message_id) REFERENCES exchange.message(agency_id, id),
  constraint message_origin_position_check CHECK (("position" >= 0))
);
comment on table exchange.message_origin is 'Scope: agency. Append-only. Through which partner a message came, and by which ids and codes its sender will recognise the answers.';
CREATE INDEX message_origin_inbound ON exchange.message_origin USING btree (inbound_id);

create table exchange.partner (
  id uuid not null,
  protocol text not null,
  name text not null,
  address text,
  state text not null,
  config jsonb not null,
  sealed_secrets bytea not null,
  pinned jsonb not null,
  valid_from date not null,
  valid_to date,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  features text[] not null default '{}'::text[],
  foreign_version text,
  foreign_version_since timestamp with time zone,
  constraint partner_pkey PRIMARY KEY (id),
  constraint partner_address_check CHECK ((length(address) <= 500)),
  constraint partner_check CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
  constraint partner_features_check CHECK ((cardinality(features) <= 50)),
  constraint partner_foreign_version_check CHECK (((length(foreign_version) >= 1) AND (length(foreign_version) <= 10))),
  constraint partner_foreign_version_whole CHECK (((foreign_version IS NULL) = (foreign_version_since IS NULL))),
  constraint partner_name_check CHECK (((length(name) >= 2) AND (length(name) <= 300))),
  constraint partner_protocol_check CHECK ((protocol = ANY (ARRAY['installation'::text, 'provincial_axis'::text, 'national_axis'::text]))),
  constraint partner_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'pairing'::text, 'active'::text, 'suspended'::text])))
);
comment on table exchange.partner is 'Scope: installation. The systems outside with which this installation exchanges documents: how each is called, how it is recognised, and the secrets, encrypted under the installation''s secret.';
CREATE UNIQUE INDEX partner_name ON exchange.partner USING btree (lower(name));
CREATE UNIQUE INDEX partner_system ON exchange.partner USING btree (((config ->> 'systemId'::text))) WHERE (protocol = 'provincial_axis'::text);

create table exchange.partner_agency (
  partner_id uuid not null,
  agency_id uuid not null,
  valid_from date not null,
  valid_to date,
  remote_id text not null,
  code text,
  name text not null,
  is_withdrawn boolean not null default false,
  constraint partner_agency_pkey PRIMARY KEY (partner_id, agency_id, valid_from),
  constraint partner_agency_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint partner_agency_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint partner_agency_code_check CHECK ((length(code) <= 100)),
  constraint partner_agency_period_check CHECK (((valid_to IS NULL) OR (valid_to >= (valid_from - 1)))),
  constraint partner_agency_remote_id_check CHECK (((length(remote_id) >= 1) AND (length(remote_id) <= 100)))
);
comment on table exchange.partner_agency is 'Scope: installation. Which agency outside is reached through which partner, and by which id the partner knows it, each for a time; valid_to is the last day.';
CREATE INDEX partner_agency_code ON exchange.partner_agency USING btree (partner_id, code);
CREATE UNIQUE INDEX partner_agency_remote ON exchange.partner_agency USING btree (partner_id, remote_id) WHERE (valid_to IS NULL);
CREATE UNIQUE INDEX partner_agency_route ON exchange.partner_agency USING btree (agency_id) WHERE (valid_to IS NULL);

create table exchange.partner_conflict (
  partner_id uuid not null,
  remote_id text not null,
  problem text not null,
  code text,
  name text not null,
  agency_id uuid,
  found_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  resolved_by jsonb,
  constraint partner_conflict_pkey PRIMARY KEY (partner_id, remote_id),
  constraint partner_conflict_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint partner_conflict_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint partner_conflict_check CHECK (((resolved_at IS NULL) = (resolved_by IS NULL))),
  constraint partner_conflict_problem_check CHECK ((problem = ANY (ARRAY['hosted_here'::text, 'other_partner'::text, 'name_differs'::text, 'code_malformed'::text, 'code_moved'::text]))),
  constraint partner_conflict_remote_id_check CHECK (((length(remote_id) >= 1) AND (length(remote_id) <= 100)))
);
comment on table exchange.partner_conflict is 'Scope: installation. What a partner''s directory says otherwise than ours: reported to a person, never overwritten.';

create table exchange.partner_file (
  partner_id uuid not null,
  sha256 bytea not null,
  size_bytes bigint not null,
  received_bytes bigint not null,
  is_here boolean not null,
  announced_at timestamp with time zone not null,
  constraint partner_file_pkey PRIMARY KEY (partner_id, sha256),
  constraint partner_file_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint partner_file_check CHECK (((received_bytes >= 0) AND (received_bytes <= size_bytes))),
  constraint partner_file_sha256_check CHECK ((length(sha256) = 32)),
  constraint partner_file_size_bytes_check CHECK ((size_bytes > 0))
);
comment on table exchange.partner_file is 'Scope: installation. The files that a partner announced, and how far each has come: what it sent before it need not send again.';

create table exchange.partner_file_part (
  partner_id uuid not null,
  sha256 bytea not null,
  starts_at bigint not null,
  size_bytes bigint not null,
  part_hash bytea not null,
  constraint partner_file_part_pkey PRIMARY KEY (partner_id, sha256, starts_at),
  constraint partner_file_part_partner_id_sha256_fkey FOREIGN KEY (partner_id, sha256) REFERENCES exchange.partner_file(partner_id, sha256),
  constraint partner_file_part_part_hash_check CHECK ((length(part_hash) = 32)),
  constraint partner_file_part_size_bytes_check CHECK ((size_bytes > 0)),
  constraint partner_file_part_starts_at_check CHECK ((starts_at >= 0))
);
comment on table exchange.partner_file_part is 'Scope: installation. The parts of a file that is still coming, in the order of their places.';

create table exchange.partner_line (
  partner_id uuid not null,
  circuit text not null,
  failures integer not null,
  opened_at timestamp with time zone,
  probe_at timestamp with time zone,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  problem_code text,
  problem text,
  collect_cursor text,
  collected_at timestamp with time zone,
  directory_cursor text,
  directory_read_at timestamp with time zone,
  fetched_at timestamp with time zone,
  polled_at timestamp with time zone,
  poll_gaps integer[] not null default '{}'::integer[],
  constraint partner_line_pkey PRIMARY KEY (partner_id),
  constraint partner_line_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint partner_line_check CHECK (((circuit = 'closed'::text) = (opened_at IS NULL))),
  constraint partner_line_circuit_check CHECK ((circuit = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text]))),
  constraint partner_line_failures_check CHECK ((failures >= 0)),
  constraint partner_line_poll_gaps_check CHECK ((cardinality(poll_gaps) <= 50))
);
comment on table exchange.partner_line is 'Scope: installation. How the line to a partner is: whether its circuit is closed, when it is tried next, how far collecting and the directory have come.';

create table exchange.partner_nonce (
  partner_id uuid not null,
  nonce text not null,
  expires_at timestamp with time zone not null,
  constraint partner_nonce_pkey PRIMARY KEY (partner_id, nonce),
  constraint partner_nonce_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint partner_nonce_nonce_check CHECK (((length(nonce) >= 16) AND (length(nonce) <= 100)))
);
comment on table exchange.partner_nonce is 'Scope: installation. The nonces of signed requests that were taken: none is taken twice while its request could still be valid.';
CREATE INDEX partner_nonce_age ON exchange.partner_nonce USING btree (expires_at);

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

create table exchange.relay (
  agency_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  partner_id uuid not null,
  inbound_id uuid,
  addressed_code text,
  sender_ref text not null,
  sender_code text,
  relayed_at timestamp with time zone not null,
  addressed_ref text,
  keeps_document_id boolean not null,
  constraint relay_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id),
  constraint relay_agency_id_envelope_id_recipient_agency_id_fkey FOREIGN KEY (agency_id, envelope_id, recipient_agency_id) REFERENCES exchange.delivery(agency_id, envelope_id, recipient_agency_id),
  constraint relay_addressed_ref_check CHECK ((length(addressed_ref) <= 100))
);
comment on table exchange.relay is 'Scope: agency. Append-only. What an agency outside sent to another agency outside through this installation: whence it came, and by which codes its sender will recognise the answers.';
CREATE INDEX relay_inbound ON exchange.relay USING btree (inbound_id);
CREATE INDEX relay_partner ON exchange.relay USING btree (partner_id, relayed_at);

create table exchange.relay_question (
  partner_id uuid not null,
  partner_ref text not null,
  asked_at timestamp with time zone not null,
  constraint relay_question_pkey PRIMARY KEY (partner_id, partner_ref),
  constraint relay_question_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint relay_question_partner_ref_check CHECK (((length(partner_ref) >= 1) AND (length(partner_ref) <= 200)))
);
comment on table exchange.relay_question is 'Scope: installation. Parcels that a partner offers for an agency which it has not announced: when each came first, so that it is refused only once the directory was read after that.';
CREATE INDEX relay_question_age ON exchange.relay_question USING btree (asked_at);

create table exchange.reminder (
  agency_id uuid not null,
  transfer_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  by_name text not null,
  reminded_at timestamp with time zone not null,
  constraint reminder_pkey PRIMARY KEY (agency_id, transfer_id),
  constraint reminder_agency_id_envelope_id_recipient_agency_id_fkey FOREIGN KEY (agency_id, envelope_id, recipient_agency_id) REFERENCES exchange.delivery(agency_id, envelope_id, recipient_agency_id),
  constraint reminder_agency_id_transfer_id_fkey FOREIGN KEY (agency_id, transfer_id) REFERENCES exchange.transfer(agency_id, id),
  constraint reminder_by_name_check CHECK (((length(by_name) >= 1) AND (length(by_name) <= 1000)))
);
comment on table exchange.reminder is 'Scope: agency. Append-only. Reminders of recipients at another installation: whom, who and when, as its parcel tells it at every try.';

create table exchange.told_time (
  agency_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  ordinal integer not null,
  told_at timestamp with time zone not null,
  constraint told_time_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id, ordinal),
  constraint told_time_agency_id_envelope_id_recipient_agency_id_ordina_fkey FOREIGN KEY (agency_id, envelope_id, recipient_agency_id, ordinal) REFERENCES exchange.delivery_answer(agency_id, envelope_id, recipient_agency_id, ordinal)
);
comment on table exchange.told_time is 'Scope: agency. Append-only. The time that a system outside wrote on an answer and that cannot be: before the document was sent, or in the future. The answer counts from when it was heard.';

create table exchange.transfer (
  agency_id uuid not null,
  id uuid not null,
  partner_id uuid not null,
  kind text not null,
  envelope_id uuid,
  message_id uuid,
  ordinal integer,
  position smallint,
  order_key text not null,
  state text not null,
  attempts integer not null,
  checks integer not null,
  next_try_at timestamp with time zone,
  problem_code text,
  problem text,
  partner_ref text,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  changed_at timestamp with time zone not null,
  relay_sender_id uuid,
  relay_envelope_id uuid,
  receipt text,
  carries_mark boolean not null default false,
  constraint transfer_pkey PRIMARY KEY (agency_id, id),
  constraint transfer_agency_id_envelope_id_fkey FOREIGN KEY (agency_id, envelope_id) REFERENCES exchange.envelope(agency_id, id),
  constraint transfer_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint transfer_agency_id_message_id_ordinal_fkey FOREIGN KEY (agency_id, message_id, ordinal) REFERENCES exchange.message_answer(agency_id, message_id, ordinal),
  constraint transfer_answer_check CHECK ((((kind = 'answer'::text) = ((ordinal IS NOT NULL) AND (((message_id IS NOT NULL) AND ("position" IS NOT NULL)) <> ((relay_sender_id IS NOT NULL) AND (relay_envelope_id IS NOT NULL))))) AND ((kind = ANY (ARRAY['answer'::text, 'opening'::text])) OR (message_id IS NULL)) AND ((kind = 'answer'::text) OR (relay_sender_id IS NULL)))),
  constraint transfer_attempts_check CHECK ((attempts >= 0)),
  constraint transfer_check2 CHECK (((state = ANY (ARRAY['waiting'::text, 'sent'::text])) = (next_try_at IS NOT NULL))),
  constraint transfer_checks_check CHECK ((checks >= 0)),
  constraint transfer_envelope_check CHECK (((kind = ANY (ARRAY['envelope'::text, 'reminder'::text])) = (envelope_id IS NOT NULL))),
  constraint transfer_kind_check CHECK ((kind = ANY (ARRAY['envelope'::text, 'answer'::text, 'opening'::text, 'reminder'::text]))),
  constraint transfer_opening_check CHECK (((kind <> 'opening'::text) OR ((message_id IS NOT NULL) AND ("position" IS NOT NULL)))),
  constraint transfer_receipt_check CHECK (((length(receipt) >= 10) AND (length(receipt) <= 20000))),
  constraint transfer_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'processed'::text, 'refused'::text, 'failed'::text])))
);
comment on table exchange.transfer is 'Scope: agency. The outbox: one parcel for a partner, with an envelope for some of its agencies, an answer to one, that one was opened, or a reminder of one; it waits here until the partner has taken it and said what became of it.';
CREATE UNIQUE INDEX transfer_answer ON exchange.transfer USING btree (agency_id, message_id, ordinal, "position") WHERE (kind = 'answer'::text);
CREATE INDEX transfer_open ON exchange.transfer USING btree (partner_id, next_try_at) WHERE (state = ANY (ARRAY['waiting'::text, 'sent'::text]));
CREATE UNIQUE INDEX transfer_opening ON exchange.transfer USING btree (agency_id, message_id, "position") WHERE (kind = 'opening'::text);
CREATE INDEX transfer_order ON exchange.transfer USING btree (agency_id, order_key, id) WHERE (state = 'waiting'::text);
CREATE INDEX transfer_ref ON exchange.transfer USING btree (partner_id, partner_ref) WHERE (partner_ref IS NOT NULL);
CREATE UNIQUE INDEX transfer_relay ON exchange.transfer USING btree (agency_id, relay_sender_id, relay_envelope_id, ordinal) WHERE (relay_envelope_id IS NOT NULL);
CREATE INDEX transfer_trouble ON exchange.transfer USING btree (changed_at) WHERE (state = ANY (ARRAY['refused'::text, 'failed'::text]));

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

create table exchange.withheld_file (
  agency_id uuid not null,
  file_id uuid not null,
  message_id uuid not null,
  since timestamp with time zone not null,
  constraint withheld_file_pkey PRIMARY KEY (agency_id, file_id),
  constraint withheld_file_agency_id_message_id_fkey FOREIGN KEY (agency_id, message_id) REFERENCES exchange.message(agency_id, id)
);
comment on table exchange.withheld_file is 'Scope: agency. Append-only. The files of cancelled documents: kept as evidence, opened by auditors only.';

create table exchange.witnessed_head (
  partner_id uuid not null,
  origin text not null,
  size bigint not null,
  root bytea not null,
  key_id text not null,
  checkpoint text not null,
  problem text,
  witnessed_at timestamp with time zone not null,
  constraint witnessed_head_pkey PRIMARY KEY (partner_id, origin, size, root),
  constraint witnessed_head_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES exchange.partner(id),
  constraint witnessed_head_problem_check CHECK ((problem = ANY (ARRAY['signature'::text, 'rewritten'::text, 'shorter'::text, 'key'::text]))),
  constraint witnessed_head_root_check CHECK ((length(root) = 32)),
  constraint witnessed_head_size_check CHECK ((size > 0))
);
comment on table exchange.witnessed_head is 'Scope: installation. Append-only. Signed roots of the records of other installations, kept here as their witness: whoever rewrites a record contradicts one of them.';
CREATE INDEX witnessed_head_newest ON exchange.witnessed_head USING btree (partner_id, witnessed_at DESC) WHERE (problem IS NULL);

create table exchange_desk.alert (
  id uuid not null,
  rule_id uuid not null,
  kind text not null,
  subject_id uuid not null,
  agency_id uuid,
  subject_name text not null,
  state text not null,
  since timestamp with time zone not null,
  count integer not null,
  opened_at timestamp with time zone not null,
  told_at timestamp with time zone,
  task_agencies uuid[] not null,
  acknowledged_at timestamp with time zone,
  acknowledged_by jsonb,
  note text,
  over_at timestamp with time zone,
  cause text,
  constraint alert_pkey PRIMARY KEY (id),
  constraint alert_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint alert_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES exchange_desk.alert_rule(id),
  constraint alert_cause_of_kind CHECK (
CASE kind
    WHEN 'partner_down'::text THEN COALESCE((cause = ANY (ARRAY['line_open'::text, 'not_fetched'::text, 'version_foreign'::text, 'record_contradicts'::text])), false)
    WHEN 'connection_ends'::text THEN COALESCE((cause = ANY (ARRAY['vendor_key'::text, 'their_certificate'::text, 'own_certificate'::text])), false)
    ELSE (cause IS NULL)
END),
  constraint alert_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
  constraint alert_check1 CHECK (((state <> 'acknowledged'::text) OR (acknowledged_at IS NOT NULL))),
  constraint alert_check2 CHECK (((state = 'over'::text) = (over_at IS NOT NULL))),
  constraint alert_count_check CHECK ((count >= 0)),
  constraint alert_kind_check CHECK ((kind = ANY (ARRAY['partner_down'::text, 'queue_old'::text, 'receipt_late'::text, 'connection_ends'::text]))),
  constraint alert_note_check CHECK (((length(note) >= 1) AND (length(note) <= 1000))),
  constraint alert_state_check CHECK ((state = ANY (ARRAY['open'::text, 'acknowledged'::text, 'over'::text])))
);
comment on table exchange_desk.alert is 'Scope: installation. What the rules found: since when, who was told, who took note of it, and when it was over.';
CREATE INDEX alert_newest ON exchange_desk.alert USING btree (opened_at DESC, id DESC);
CREATE UNIQUE INDEX alert_standing ON exchange_desk.alert USING btree (rule_id, subject_id) WHERE (state <> 'over'::text);
CREATE INDEX alert_told ON exchange_desk.alert USING btree (rule_id, subject_id, told_at) WHERE (told_at IS NOT NULL);

create table exchange_desk.alert_rule (
  id uuid not null,
  kind text not null,
  name text not null,
  threshold_minutes integer not null,
  quiet_minutes integer not null,
  is_on boolean not null,
  agency_roles text[] not null,
  keeper_roles text[] not null,
  posts jsonb not null,
  emails text[] not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  constraint alert_rule_pkey PRIMARY KEY (id),
  constraint alert_rule_kind_check CHECK ((kind = ANY (ARRAY['partner_down'::text, 'queue_old'::text, 'receipt_late'::text, 'connection_ends'::text]))),
  constraint alert_rule_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint alert_rule_quiet_minutes_check CHECK (((quiet_minutes >= 1) AND (quiet_minutes <= 43200))),
  constraint alert_rule_threshold_minutes_check CHECK (((threshold_minutes >= 1) AND (threshold_minutes <= 43200)))
);
comment on table exchange_desk.alert_rule is 'Scope: installation. When somebody is to be told that the exchange is in trouble, who, and how often again.';

create table exchange_desk.day_statistic (
  agency_id uuid not null,
  day date not null,
  sent integer not null,
  recipients integer not null,
  arrived integer not null,
  refused integer not null,
  need_paper integer not null,
  returned integer not null,
  waiting integer not null,
  sent_signed integer not null,
  sent_valid integer not null,
  sent_on_time integer not null,
  sent_late integer not null,
  received integer not null,
  received_signed integer not null,
  received_outside integer not null,
  notice_on_time integer not null,
  notice_late integer not null,
  notice_open integer not null,
  counted_at timestamp with time zone not null,
  constraint day_statistic_pkey PRIMARY KEY (agency_id, day),
  constraint day_statistic_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id)
);
comment on table exchange_desk.day_statistic is 'Scope: agency. The figures of an agency''s exchange day by day (28/2018/QĐ-TTg Art. 11), counted anew whenever something of a day changes.';
CREATE INDEX day_statistic_by_day ON exchange_desk.day_statistic USING btree (day);

create table exchange_desk.due_hour (
  agency_id uuid not null,
  hour timestamp with time zone not null,
  constraint due_hour_pkey PRIMARY KEY (agency_id, hour),
  constraint due_hour_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id)
);
comment on table exchange_desk.due_hour is 'Scope: agency. Hours of which something changed: they are counted anew in the present round, or in the next one.';

create table exchange_desk.flow (
  agency_id uuid not null,
  grain text not null,
  starts_at timestamp with time zone not null,
  other_agency_id uuid not null,
  sent integer not null,
  arrived integer not null,
  returned integer not null,
  received integer not null,
  received_outside integer not null,
  constraint flow_pkey PRIMARY KEY (agency_id, grain, starts_at, other_agency_id),
  constraint flow_arrived_check CHECK ((arrived >= 0)),
  constraint flow_check CHECK (((received_outside >= 0) AND (received_outside <= received))),
  constraint flow_grain_check CHECK ((grain = ANY (ARRAY['minute'::text, 'hour'::text, 'day'::text]))),
  constraint flow_received_check CHECK ((received >= 0)),
  constraint flow_returned_check CHECK ((returned >= 0)),
  constraint flow_sent_check CHECK ((sent >= 0))
);
comment on table exchange_desk.flow is 'Scope: agency. How much an agency sent to and received from each other one, by minute, hour and day: counted anew from the exchange whenever something of an hour changes.';
CREATE INDEX flow_by_time ON exchange_desk.flow USING btree (grain, starts_at);

create table exchange_desk.history (
  agency_id uuid not null,
  before timestamp with time zone not null,
  constraint history_pkey PRIMARY KEY (agency_id),
  constraint history_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id)
);
comment on table exchange_desk.history is 'Scope: agency. Agencies whose figures are being counted anew from the beginning, newest days first: what lies before this instant is still to be counted.';

create table exchange_desk.hour_statistic (
  agency_id uuid not null,
  hour timestamp with time zone not null,
  sent integer not null,
  recipients integer not null,
  arrived integer not null,
  refused integer not null,
  need_paper integer not null,
  returned integer not null,
  waiting integer not null,
  sent_signed integer not null,
  sent_valid integer not null,
  sent_on_time integer not null,
  sent_late integer not null,
  received integer not null,
  received_signed integer not null,
  received_outside integer not null,
  notice_on_time integer not null,
  notice_late integer not null,
  notice_open integer not null,
  constraint hour_statistic_pkey PRIMARY KEY (agency_id, hour),
  constraint hour_statistic_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint hour_statistic_hour_check CHECK ((hour = date_trunc('hour'::text, hour, 'UTC'::text)))
);
comment on table exchange_desk.hour_statistic is 'Scope: agency. The figures of an agency''s exchange hour by hour, for some weeks: a change counts its hour anew, and the day is the sum of its hours.';
CREATE INDEX hour_statistic_by_hour ON exchange_desk.hour_statistic USING btree (hour);
CREATE INDEX hour_statistic_waiting ON exchange_desk.hour_statistic USING btree (hour) WHERE (waiting > 0);

create table exchange_desk.reading (
  only_one boolean not null default true,
  next_line bigint,
  complete_at timestamp with time zone,
  hours_checked_to timestamp with time zone,
  is_counting boolean not null default false,
  round_until timestamp with time zone,
  constraint reading_pkey PRIMARY KEY (only_one),
  constraint reading_next_line_check CHECK ((next_line >= 0)),
  constraint reading_only_one_check CHECK (only_one)
);
comment on table exchange_desk.reading is 'Scope: installation. How far the record was read for the figures. Who counts holds this row, so that nobody else does meanwhile.';

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

create table guest_offices.application (
  id uuid not null,
  state text not null,
  invitation_id uuid,
  token_hash bytea not null,
  applied_from bytea not null,
  name text not null,
  abbreviation text not null,
  kind text not null,
  licence_number text not null,
  address text not null,
  contact_name text not null,
  contact_title text not null,
  email text not null,
  phone text not null,
  login text not null,
  password_hash text,
  password_is_long boolean not null,
  applied_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  refusal_reason text,
  agency_id uuid,
  constraint application_login_key UNIQUE (login),
  constraint application_token_hash_key UNIQUE (token_hash),
  constraint application_pkey PRIMARY KEY (id),
  constraint application_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint application_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES guest_offices.invitation(id),
  constraint application_abbreviation_check CHECK (((length(abbreviation) >= 1) AND (length(abbreviation) <= 30))),
  constraint application_address_check CHECK (((length(address) >= 5) AND (length(address) <= 500))),
  constraint application_check CHECK ((((state = 'waiting'::text) = (decided_at IS NULL)) AND ((decided_at IS NULL) = (decided_by IS NULL)))),
  constraint application_check1 CHECK (((state = 'refused'::text) = (refusal_reason IS NOT NULL))),
  constraint application_check2 CHECK (((state = 'approved'::text) = (agency_id IS NOT NULL))),
  constraint application_check3 CHECK (((state = 'waiting'::text) = (password_hash IS NOT NULL))),
  constraint application_contact_name_check CHECK (((length(contact_name) >= 2) AND (length(contact_name) <= 120))),
  constraint application_contact_title_check CHECK (((length(contact_title) >= 2) AND (length(contact_title) <= 150))),
  constraint application_email_check CHECK (((length(email) >= 3) AND (length(email) <= 200))),
  constraint application_kind_check CHECK ((kind = ANY (ARRAY['press_office'::text, 'enterprise'::text, 'socio_political'::text, 'other'::text]))),
  constraint application_licence_number_check CHECK (((length(licence_number) >= 3) AND (length(licence_number) <= 50))),
  constraint application_login_check CHECK (((login = lower(login)) AND ((length(login) >= 3) AND (length(login) <= 60)))),
  constraint application_name_check CHECK (((length(name) >= 2) AND (length(name) <= 300))),
  constraint application_phone_check CHECK (((length(phone) >= 6) AND (length(phone) <= 30))),
  constraint application_refusal_reason_check CHECK (((length(refusal_reason) >= 3) AND (length(refusal_reason) <= 1000))),
  constraint application_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text])))
);
comment on table guest_offices.application is 'Scope: installation. Organisations that ask for an account, with the login and password that their first person will have. The password''s hash goes with the decision; applied_from is a hash of the network address, against floods.';
CREATE INDEX application_by_age ON guest_offices.application USING btree (state, applied_at, id);
CREATE INDEX application_by_source ON guest_offices.application USING btree (applied_from, applied_at);

create table guest_offices.application_paper (
  application_id uuid not null,
  position smallint not null,
  name text not null,
  media_type text not null,
  bytes bytea not null,
  constraint application_paper_pkey PRIMARY KEY (application_id, "position"),
  constraint application_paper_application_id_fkey FOREIGN KEY (application_id) REFERENCES guest_offices.application(id),
  constraint application_paper_bytes_check CHECK (((length(bytes) >= 1) AND (length(bytes) <= 5242880))),
  constraint application_paper_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text, 'image/png'::text, 'application/pkix-cert'::text]))),
  constraint application_paper_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint application_paper_position_check CHECK ((("position" >= 0) AND ("position" <= 4)))
);
comment on table guest_offices.application_paper is 'Scope: installation. What an organisation handed in with its application: a scan of its licence, its public certificate.';

create table guest_offices.invitation (
  id uuid not null,
  agency_id uuid not null,
  purpose text not null,
  token_hash bytea not null,
  invitee text not null,
  contact text not null,
  invited_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint invitation_token_hash_key UNIQUE (token_hash),
  constraint invitation_pkey PRIMARY KEY (id),
  constraint invitation_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint invitation_check CHECK (((used_at IS NULL) OR (revoked_at IS NULL))),
  constraint invitation_check1 CHECK ((expires_at > created_at)),
  constraint invitation_contact_check CHECK ((length(contact) <= 200)),
  constraint invitation_invitee_check CHECK (((length(invitee) >= 2) AND (length(invitee) <= 300))),
  constraint invitation_purpose_check CHECK ((purpose = ANY (ARRAY['office'::text, 'colleague'::text])))
);
comment on table guest_offices.invitation is 'Scope: installation. Links that an agency gave to an organisation outside, or a guest office to a colleague: used once, for seven days. Only the SHA-256 of a link is kept.';
CREATE INDEX invitation_by_agency ON guest_offices.invitation USING btree (agency_id, created_at DESC);

create table guest_offices.letter (
  agency_id uuid not null,
  id uuid not null,
  state text not null,
  recipient_agency_id uuid not null,
  recipient_name text not null,
  number text,
  notation text not null,
  issued_on date not null,
  summary text not null,
  reply_to_document_id uuid,
  reply_to_label text,
  author_person_id uuid not null,
  author_name text not null,
  author_title text not null,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  ordinal integer,
  constraint letter_pkey PRIMARY KEY (agency_id, id),
  constraint letter_check CHECK ((((state = 'sent'::text) = (sent_at IS NOT NULL)) AND ((sent_at IS NULL) = (ordinal IS NULL)))),
  constraint letter_check1 CHECK (((reply_to_document_id IS NULL) = (reply_to_label IS NULL))),
  constraint letter_notation_check CHECK (((length(notation) >= 1) AND (length(notation) <= 100))),
  constraint letter_number_check CHECK (((length(number) >= 1) AND (length(number) <= 50))),
  constraint letter_ordinal_check CHECK ((ordinal >= 1)),
  constraint letter_reply_to_label_check CHECK ((length(reply_to_label) <= 300)),
  constraint letter_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'sent'::text]))),
  constraint letter_summary_check CHECK (((length(summary) >= 1) AND (length(summary) <= 500)))
);
comment on table guest_offices.letter is 'Scope: agency. What a guest office sends, and what waits for its signature. A number that is missing means that the letter has none.';
CREATE INDEX letter_newest ON guest_offices.letter USING btree (agency_id, created_at DESC, id DESC);
CREATE INDEX letter_reply ON guest_offices.letter USING btree (agency_id, reply_to_document_id) WHERE (reply_to_document_id IS NOT NULL);
CREATE INDEX letter_sent ON guest_offices.letter USING btree (agency_id, sent_at) WHERE (sent_at IS NOT NULL);

create table guest_offices.letter_file (
  agency_id uuid not null,
  letter_id uuid not null,
  position smallint not null,
  role text not null,
  file_id uuid not null,
  sha256 text not null,
  name text not null,
  media_type text not null,
  size_bytes bigint not null,
  flags text[] not null,
  constraint letter_file_pkey PRIMARY KEY (agency_id, letter_id, "position"),
  constraint letter_file_agency_id_letter_id_fkey FOREIGN KEY (agency_id, letter_id) REFERENCES guest_offices.letter(agency_id, id) ON DELETE CASCADE,
  constraint letter_file_check CHECK (((role = 'main'::text) = ("position" = 0))),
  constraint letter_file_position_check CHECK ((("position" >= 0) AND ("position" <= 20))),
  constraint letter_file_role_check CHECK ((role = ANY (ARRAY['main'::text, 'attachment'::text]))),
  constraint letter_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint letter_file_size_bytes_check CHECK ((size_bytes >= 1))
);
comment on table guest_offices.letter_file is 'Scope: agency. The files of a letter; the main one comes first and is exchanged for its signed version when it is signed here.';

create table guest_offices.office (
  agency_id uuid not null,
  application_id uuid not null,
  state text not null,
  daily_limit integer not null,
  approved_at timestamp with time zone not null,
  suspended_at timestamp with time zone,
  suspended_by text,
  suspension_reason text,
  suspended_people uuid[] not null,
  constraint office_application_id_key UNIQUE (application_id),
  constraint office_pkey PRIMARY KEY (agency_id),
  constraint office_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint office_application_id_fkey FOREIGN KEY (application_id) REFERENCES guest_offices.application(id),
  constraint office_check CHECK (((state = 'suspended'::text) = (suspended_at IS NOT NULL))),
  constraint office_check1 CHECK ((((suspended_at IS NULL) = (suspended_by IS NULL)) AND ((suspended_at IS NULL) = (suspension_reason IS NULL)))),
  constraint office_check2 CHECK (((state = 'suspended'::text) OR (cardinality(suspended_people) = 0))),
  constraint office_daily_limit_check CHECK (((daily_limit >= 1) AND (daily_limit <= 1000))),
  constraint office_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text]))),
  constraint office_suspension_reason_check CHECK (((length(suspension_reason) >= 3) AND (length(suspension_reason) <= 1000)))
);
comment on table guest_offices.office is 'Scope: installation. Agencies without a system of their own whose people have accounts here; suspended_people are those whose accounts the suspension closed.';

create table guest_offices.suspension_notice (
  agency_id uuid not null,
  envelope_id uuid not null,
  recipient_agency_id uuid not null,
  constraint suspension_notice_pkey PRIMARY KEY (agency_id, envelope_id, recipient_agency_id)
);
comment on table guest_offices.suspension_notice is 'Scope: agency. Of which envelopes the sender was told that they wait at a suspended office, so that it is told once.';

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
  source text not null default 'own'::text,
  constraint agency_pkey PRIMARY KEY (id),
  constraint agency_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES identity.agency(id),
  constraint agency_check CHECK (((closed_on IS NULL) OR (closed_on >= established_on))),
  constraint agency_check1 CHECK ((parent_id IS DISTINCT FROM id)),
  constraint agency_hosting_check CHECK ((hosting = ANY (ARRAY['local'::text, 'external'::text]))),
  constraint agency_kind_check CHECK ((kind = ANY (ARRAY['province'::text, 'department'::text, 'commune'::text, 'district'::text, 'party_body'::text, 'central'::text, 'socio_political'::text, 'public_unit'::text, 'enterprise'::text, 'press_office'::text, 'other'::text]))),
  constraint agency_level_check CHECK ((level = ANY (ARRAY['central'::text, 'province'::text, 'district'::text, 'commune'::text, 'none'::text]))),
  constraint agency_source_check CHECK ((source = ANY (ARRAY['own'::text, 'national'::text, 'trial'::text])))
);
comment on table identity.agency is 'Scope: reference. Agencies and organisations through time. closed_on is the last day on which one existed; a closed one is never deleted.';
CREATE INDEX agency_own ON identity.agency USING btree (kind, id) WHERE (source = 'own'::text);
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
CREATE INDEX agency_code_start ON identity.agency_code USING btree (lower(code) text_pattern_ops);

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
CREATE INDEX agency_name_abbreviation ON identity.agency_name USING btree (lower(abbreviation));
CREATE UNIQUE INDEX agency_name_current ON identity.agency_name USING btree (agency_id) WHERE (valid_to IS NULL);
CREATE INDEX agency_name_start ON identity.agency_name USING btree (search_text text_pattern_ops);
CREATE INDEX agency_name_words ON identity.agency_name USING gin (to_tsvector('simple'::regconfig, search_text));

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

create table identity.citizen_number (
  person_id uuid not null,
  mark bytea not null,
  ending text not null,
  recorded_at timestamp with time zone not null,
  constraint citizen_number_pkey PRIMARY KEY (person_id),
  constraint citizen_number_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  constraint citizen_number_ending_check CHECK ((ending ~ '^[0-9]{3}$'::text)),
  constraint citizen_number_mark_check CHECK ((length(mark) = 32))
);
comment on table identity.citizen_number is 'Scope: installation. By which a person''s own certificate is told from a namesake''s (docs/decisions/0023): mark is an HMAC of the number with a key that follows from the installation''s secret, ending its last three digits; the number itself is kept nowhere.';

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

create table identity.directory_conflict (
  ref text not null,
  problem text not null,
  code text,
  name text not null,
  agency_id uuid,
  found_at timestamp with time zone not null,
  resolution text,
  resolved_at timestamp with time zone,
  resolved_by jsonb,
  constraint directory_conflict_pkey PRIMARY KEY (ref, problem),
  constraint directory_conflict_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint directory_conflict_ref_fkey FOREIGN KEY (ref) REFERENCES identity.national_agency(ref),
  constraint directory_conflict_check CHECK (((resolution IS NULL) = (resolved_at IS NULL))),
  constraint directory_conflict_check1 CHECK (((resolution IS NULL) = (resolved_by IS NULL))),
  constraint directory_conflict_problem_check CHECK ((problem = ANY (ARRAY['name_differs'::text, 'code_differs'::text, 'closed_here'::text, 'closed_there'::text, 'code_reused'::text, 'parent_missing'::text, 'code_malformed'::text]))),
  constraint directory_conflict_resolution_check CHECK ((resolution = ANY (ARRAY['keep_ours'::text, 'take_theirs'::text, 'gone'::text])))
);
comment on table identity.directory_conflict is 'Scope: installation. Where the national list says otherwise than the directory here: a person decides; nothing that was entered here is overwritten.';
CREATE INDEX directory_conflict_agency ON identity.directory_conflict USING btree (agency_id) WHERE (agency_id IS NOT NULL);
CREATE INDEX directory_conflict_open ON identity.directory_conflict USING btree (found_at, ref, problem) WHERE (resolution IS NULL);

create table identity.directory_import (
  id uuid not null,
  source text not null,
  origin text not null,
  file_hash bytea,
  state text not null,
  position integer not null,
  added integer not null,
  changed integer not null,
  unchanged integer not null,
  conflicts integer not null,
  unreadable integer not null,
  problem text,
  started_by jsonb not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  unreadable_rows jsonb not null default '[]'::jsonb,
  constraint directory_import_pkey PRIMARY KEY (id),
  constraint directory_import_added_check CHECK ((added >= 0)),
  constraint directory_import_changed_check CHECK ((changed >= 0)),
  constraint directory_import_check CHECK (((source = 'file'::text) = (file_hash IS NOT NULL))),
  constraint directory_import_check1 CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint directory_import_check2 CHECK (((state = 'failed'::text) = (problem IS NOT NULL))),
  constraint directory_import_conflicts_check CHECK ((conflicts >= 0)),
  constraint directory_import_file_hash_check CHECK ((length(file_hash) = 32)),
  constraint directory_import_origin_check CHECK (((length(origin) >= 1) AND (length(origin) <= 300))),
  constraint directory_import_position_check CHECK (("position" >= 0)),
  constraint directory_import_source_check CHECK ((source = ANY (ARRAY['file'::text, 'axis'::text]))),
  constraint directory_import_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'failed'::text]))),
  constraint directory_import_unchanged_check CHECK ((unchanged >= 0)),
  constraint directory_import_unreadable_check CHECK ((unreadable >= 0)),
  constraint directory_import_unreadable_rows_check CHECK ((jsonb_typeof(unreadable_rows) = 'array'::text))
);
comment on table identity.directory_import is 'Scope: installation. The readings of the national list of agencies: from what, how far, with what result.';
CREATE INDEX directory_import_newest ON identity.directory_import USING btree (started_at DESC);
CREATE UNIQUE INDEX directory_import_running ON identity.directory_import USING btree ((true)) WHERE (state = 'running'::text);

create table identity.national_agency (
  ref text not null,
  parent_ref text,
  code text,
  old_code text,
  name text not null,
  is_closed boolean not null,
  agency_id uuid,
  taken_name text,
  taken_code text,
  read_at timestamp with time zone not null,
  constraint national_agency_pkey PRIMARY KEY (ref),
  constraint national_agency_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint national_agency_code_check CHECK (((length(code) >= 1) AND (length(code) <= 100))),
  constraint national_agency_name_check CHECK (((length(name) >= 2) AND (length(name) <= 300))),
  constraint national_agency_old_code_check CHECK (((length(old_code) >= 1) AND (length(old_code) <= 100))),
  constraint national_agency_parent_ref_check CHECK (((length(parent_ref) >= 1) AND (length(parent_ref) <= 100))),
  constraint national_agency_ref_check CHECK (((length(ref) >= 1) AND (length(ref) <= 100)))
);
comment on table identity.national_agency is 'Scope: reference. The national list of agencies as it was last read, each entry with the agency here that it means.';
CREATE UNIQUE INDEX national_agency_agency ON identity.national_agency USING btree (agency_id) WHERE (agency_id IS NOT NULL);
CREATE INDEX national_agency_parent ON identity.national_agency USING btree (parent_ref) WHERE (parent_ref IS NOT NULL);

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
comment on table identity.person is 'Scope: reference. People who hold posts. No more about them is kept here than their name; is_invented marks the people of a demonstration. Whether a number is theirs is asked of citizen_number.';

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
  constraint post_roles_check CHECK ((roles <@ ARRAY['clerk'::text, 'officer'::text, 'unit_head'::text, 'chief_of_office'::text, 'leader'::text, 'one_stop_officer'::text, 'agency_admin'::text, 'province_admin'::text, 'auditor'::text, 'guest'::text])),
  constraint post_signing_powers_check CHECK ((signing_powers <@ ARRAY['TM'::text, 'KT'::text, 'TL'::text, 'TUQ'::text, 'Q'::text])),
  constraint post_title_check CHECK (((length(title) >= 2) AND (length(title) <= 150)))
);
comment on table identity.post is 'Scope: reference. A person in a post of an agency for a period, with what the post may do and the formulas in which it may sign (NĐ 30/2020 Art. 13).';
CREATE INDEX post_agency ON identity.post USING btree (agency_id);
CREATE INDEX post_person ON identity.post USING btree (person_id);

create table identity.recipient_group (
  agency_id uuid not null,
  id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint recipient_group_pkey PRIMARY KEY (agency_id, id),
  constraint recipient_group_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES identity.agency(id),
  constraint recipient_group_name_check CHECK (((length(name) >= 2) AND (length(name) <= 100)))
);
comment on table identity.recipient_group is 'Scope: agency. Groups of recipients that an agency named for itself, to be chosen at once when a document is sent.';
CREATE UNIQUE INDEX recipient_group_name ON identity.recipient_group USING btree (agency_id, lower(name));

create table identity.recipient_group_member (
  agency_id uuid not null,
  group_id uuid not null,
  member_id uuid not null,
  constraint recipient_group_member_pkey PRIMARY KEY (agency_id, group_id, member_id),
  constraint recipient_group_member_agency_id_group_id_fkey FOREIGN KEY (agency_id, group_id) REFERENCES identity.recipient_group(agency_id, id),
  constraint recipient_group_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES identity.agency(id)
);
comment on table identity.recipient_group_member is 'Scope: agency. The agencies of a group of recipients.';
CREATE INDEX recipient_group_member_reverse ON identity.recipient_group_member USING btree (member_id);

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
  device_hash bytea not null,
  constraint sign_in_guard_pkey PRIMARY KEY (login_hash, device_hash),
  constraint sign_in_guard_failures_check CHECK ((failures >= 0))
);
comment on table identity.sign_in_guard is 'Scope: installation. Failed attempts by login and browser, also of logins that nobody has, so that an answer does not tell which exist. The empty device stands for all browsers that never signed in with this login.';

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

create table incoming_documents.assignment (
  agency_id uuid not null,
  document_id uuid not null,
  id uuid not null,
  parent_id uuid,
  role text not null,
  state text not null,
  post_id uuid not null,
  name text not null,
  title text not null,
  unit_name text,
  instruction text not null,
  urgency text not null,
  due_at timestamp with time zone not null,
  assigned_at timestamp with time zone not null,
  assigned_by text not null,
  assigned_by_title text not null,
  assigned_by_post_id uuid not null,
  opened_at timestamp with time zone,
  progress text,
  progress_at timestamp with time zone,
  extension_reason text,
  ended_at timestamp with time zone,
  outcome text,
  constraint assignment_pkey PRIMARY KEY (agency_id, document_id, id),
  constraint assignment_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES incoming_documents.document(agency_id, id),
  constraint assignment_agency_id_document_id_parent_id_fkey FOREIGN KEY (agency_id, document_id, parent_id) REFERENCES incoming_documents.assignment(agency_id, document_id, id),
  constraint assignment_check CHECK (((progress IS NULL) = (progress_at IS NULL))),
  constraint assignment_check1 CHECK (((state = ANY (ARRAY['open'::text, 'passed'::text])) = (ended_at IS NULL))),
  constraint assignment_extension_reason_check CHECK (((length(extension_reason) >= 1) AND (length(extension_reason) <= 1000))),
  constraint assignment_instruction_check CHECK ((length(instruction) <= 2000)),
  constraint assignment_outcome_check CHECK ((length(outcome) <= 2000)),
  constraint assignment_progress_check CHECK (((length(progress) >= 1) AND (length(progress) <= 1000))),
  constraint assignment_role_check CHECK ((role = ANY (ARRAY['main'::text, 'cooperating'::text]))),
  constraint assignment_state_check CHECK ((state = ANY (ARRAY['open'::text, 'passed'::text, 'done'::text, 'released'::text, 'ended'::text]))),
  constraint assignment_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table incoming_documents.assignment is 'Scope: agency. Who is to handle an incoming document, as the main one or with others, by whose instruction and by when, and what came of it.';
CREATE INDEX assignment_post ON incoming_documents.assignment USING btree (agency_id, post_id, document_id);
CREATE UNIQUE INDEX assignment_standing ON incoming_documents.assignment USING btree (agency_id, document_id, post_id) WHERE (state = ANY (ARRAY['open'::text, 'passed'::text]));

create table incoming_documents.copy (
  agency_id uuid not null,
  document_id uuid not null,
  id uuid not null,
  state text not null,
  kind text not null,
  source text not null,
  base_file_id uuid not null,
  base_sha256 text not null,
  extract_upload_id uuid,
  created_at timestamp with time zone not null,
  created_by text not null,
  register_id uuid,
  year smallint,
  number integer,
  notation text,
  file_id uuid,
  name text,
  sha256 text,
  size_bytes bigint,
  sealed_at timestamp with time zone,
  sealed_by text,
  certificate_serial text,
  withdrawn_at timestamp with time zone,
  withdrawn_by text,
  constraint copy_pkey PRIMARY KEY (agency_id, document_id, id),
  constraint copy_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES incoming_documents.document(agency_id, id),
  constraint copy_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint copy_check CHECK (((kind = 'extract'::text) = (extract_upload_id IS NOT NULL))),
  constraint copy_check1 CHECK (((kind = 'of-copy'::text) = (source = 'certified-copy'::text))),
  constraint copy_check2 CHECK (((kind <> 'full'::text) OR (source = 'master'::text))),
  constraint copy_check3 CHECK ((((state = 'sealed'::text) = (sealed_at IS NOT NULL)) AND ((sealed_at IS NULL) = (number IS NULL)) AND ((sealed_at IS NULL) = (file_id IS NULL)) AND ((sealed_at IS NULL) = (sha256 IS NULL)) AND ((sealed_at IS NULL) = (register_id IS NULL)))),
  constraint copy_check4 CHECK (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL))),
  constraint copy_kind_check CHECK ((kind = ANY (ARRAY['full'::text, 'of-copy'::text, 'extract'::text]))),
  constraint copy_number_check CHECK ((number >= 1)),
  constraint copy_source_check CHECK ((source = ANY (ARRAY['electronic'::text, 'master'::text, 'certified-copy'::text]))),
  constraint copy_state_check CHECK ((state = ANY (ARRAY['created'::text, 'sealed'::text, 'withdrawn'::text])))
);
comment on table incoming_documents.copy is 'Scope: agency. Electronic copies of incoming documents with the agency''s signature (30/2020/NĐ-CP Art. 25 to 27): what they were made of, their numbers in the register of copies, and those that were withdrawn.';
CREATE UNIQUE INDEX copy_created ON incoming_documents.copy USING btree (agency_id, document_id) WHERE (state = 'created'::text);
CREATE INDEX copy_extract ON incoming_documents.copy USING btree (agency_id, base_file_id) WHERE (kind = 'extract'::text);
CREATE INDEX copy_file ON incoming_documents.copy USING btree (agency_id, file_id) WHERE (file_id IS NOT NULL);
CREATE UNIQUE INDEX copy_number ON incoming_documents.copy USING btree (agency_id, register_id, year, number) WHERE (state = 'sealed'::text);
CREATE UNIQUE INDEX copy_whole ON incoming_documents.copy USING btree (agency_id, document_id, kind) WHERE ((state = 'sealed'::text) AND (kind <> 'extract'::text));

create table incoming_documents.document (
  agency_id uuid not null,
  id uuid not null,
  state text not null,
  message_id uuid,
  sender_agency_id uuid,
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
  opened_at timestamp with time zone,
  opened_by text,
  reminded_at timestamp with time zone,
  is_asked boolean not null default false,
  recalled_at timestamp with time zone,
  recall_kind text,
  recall_reason text,
  recall_agreed_by text,
  replaced_at timestamp with time zone,
  replaced_by_message_id uuid,
  replaced_by_number text,
  replacement_reason text,
  replaces_code text,
  replaces_reason text,
  leader_post_id uuid,
  leader_name text,
  leader_title text,
  submitted_at timestamp with time zone,
  submitted_by text,
  submission_note text,
  return_reason text,
  assigned_at timestamp with time zone,
  started_at timestamp with time zone,
  handling_due_at timestamp with time zone,
  handler_name text,
  is_reviewed boolean not null default false,
  reported_at timestamp with time zone,
  result text,
  result_text text,
  result_by text,
  result_reply_id uuid,
  completed_at timestamp with time zone,
  completed_by text,
  medium text not null default 'electronic'::text,
  stamp_file_id uuid,
  stamp_name text,
  stamp_sha256 text,
  stamp_size_bytes bigint,
  stamped_at timestamp with time zone,
  stamped_by text,
  constraint document_pkey PRIMARY KEY (agency_id, id),
  constraint document_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint document_arrival_number_check CHECK ((arrival_number >= 1)),
  constraint document_arrival_state_check CHECK (((arrival_number IS NULL) OR (state <> ALL (ARRAY['arrived'::text, 'refused'::text])))),
  constraint document_assigned_check CHECK (((state <> ALL (ARRAY['assigned'::text, 'in-process'::text, 'reported'::text])) OR ((assigned_at IS NOT NULL) AND (handling_due_at IS NOT NULL)))),
  constraint document_check1 CHECK ((((arrival_number IS NULL) = (register_id IS NULL)) AND ((arrival_number IS NULL) = (arrival_year IS NULL)) AND ((arrival_number IS NULL) = (registered_at IS NULL)))),
  constraint document_check2 CHECK (((state = 'refused'::text) = (refused_at IS NOT NULL))),
  constraint document_completed_check CHECK (((state <> 'completed'::text) OR ((completed_at IS NOT NULL) AND (completed_by IS NOT NULL) AND (result IS NOT NULL)))),
  constraint document_leader_check CHECK ((((leader_post_id IS NULL) = (leader_name IS NULL)) AND ((leader_post_id IS NULL) = (leader_title IS NULL)))),
  constraint document_medium_check CHECK ((medium = ANY (ARRAY['electronic'::text, 'paper'::text]))),
  constraint document_message_check CHECK ((((medium = 'electronic'::text) = (message_id IS NOT NULL)) AND ((medium = 'paper'::text) OR (sender_agency_id IS NOT NULL)))),
  constraint document_opened_check CHECK (((opened_at IS NULL) = (opened_by IS NULL))),
  constraint document_recall_kind_check CHECK ((recall_kind = ANY (ARRAY['recall'::text, 'take_back'::text, 'update'::text]))),
  constraint document_recalled_check CHECK ((((state = 'recalled'::text) = (recalled_at IS NOT NULL)) AND ((recalled_at IS NULL) = (recall_kind IS NULL)) AND ((recalled_at IS NULL) = (recall_reason IS NULL)))),
  constraint document_registered_check CHECK (((state <> ALL (ARRAY['registered'::text, 'submitted'::text, 'assigned'::text, 'in-process'::text, 'reported'::text, 'completed'::text])) OR (arrival_number IS NOT NULL))),
  constraint document_replaced_check CHECK ((((state <> 'replaced'::text) OR (replaced_at IS NOT NULL)) AND ((replaced_at IS NULL) = (replaced_by_message_id IS NULL)))),
  constraint document_replaces_check CHECK (((replaces_code IS NULL) = (replaces_reason IS NULL))),
  constraint document_reported_check CHECK (((state <> 'reported'::text) OR ((reported_at IS NOT NULL) AND (result IS NOT NULL)))),
  constraint document_result_check CHECK ((result = ANY (ARRAY['answered'::text, 'done'::text, 'information'::text]))),
  constraint document_result_text_check CHECK ((length(result_text) <= 2000)),
  constraint document_return_reason_check CHECK (((length(return_reason) >= 1) AND (length(return_reason) <= 1000))),
  constraint document_stamp_check CHECK ((((stamp_file_id IS NULL) = (stamped_at IS NULL)) AND ((stamp_file_id IS NULL) = (stamp_sha256 IS NULL)) AND ((stamp_file_id IS NULL) = (stamp_name IS NULL)) AND ((stamp_file_id IS NULL) = (stamp_size_bytes IS NULL)) AND ((stamp_file_id IS NULL) = (stamped_by IS NULL)) AND ((stamp_file_id IS NULL) OR ((arrival_number IS NOT NULL) AND (medium = 'electronic'::text))))),
  constraint document_started_check CHECK (((state <> 'in-process'::text) OR (started_at IS NOT NULL))),
  constraint document_state_check CHECK ((state = ANY (ARRAY['arrived'::text, 'registered'::text, 'submitted'::text, 'assigned'::text, 'in-process'::text, 'reported'::text, 'completed'::text, 'refused'::text, 'recalled'::text, 'replaced'::text]))),
  constraint document_submission_note_check CHECK (((length(submission_note) >= 1) AND (length(submission_note) <= 1000))),
  constraint document_submitted_check CHECK (((state <> 'submitted'::text) OR ((submitted_at IS NOT NULL) AND (leader_post_id IS NOT NULL)))),
  constraint document_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text]))),
  constraint document_verdict_check CHECK ((verdict = ANY (ARRAY['TOTAL-PASSED'::text, 'TOTAL-FAILED'::text, 'INDETERMINATE'::text, 'UNREADABLE'::text, 'UNSIGNED'::text])))
);
comment on table incoming_documents.document is 'Scope: agency. The documents that reached an agency, with what their senders said of them and what became of them here.';
CREATE UNIQUE INDEX document_arrival_number ON incoming_documents.document USING btree (agency_id, register_id, arrival_year, arrival_number) WHERE (arrival_number IS NOT NULL);
CREATE INDEX document_code ON incoming_documents.document USING btree (agency_id, sender_agency_id, document_code);
CREATE INDEX document_completed ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'completed'::text);
CREATE INDEX document_doubtful ON incoming_documents.document USING btree (agency_id, id) WHERE (verdict = ANY (ARRAY['INDETERMINATE'::text, 'TOTAL-FAILED'::text]));
CREATE INDEX document_handled ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = ANY (ARRAY['assigned'::text, 'in-process'::text, 'reported'::text]));
CREATE UNIQUE INDEX document_message ON incoming_documents.document USING btree (agency_id, message_id);
CREATE INDEX document_newest ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC);
CREATE INDEX document_paper_files ON incoming_documents.document USING gin (agency_id, files jsonb_path_ops) WHERE (medium = 'paper'::text);
CREATE INDEX document_refused ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'refused'::text);
CREATE INDEX document_register ON incoming_documents.document USING btree (agency_id, register_id, arrival_year, arrival_number, registered_at) WHERE (arrival_number IS NOT NULL);
CREATE INDEX document_search ON incoming_documents.document USING gin (agency_id, search);
CREATE INDEX document_stamp_file ON incoming_documents.document USING btree (agency_id, stamp_file_id) WHERE (stamp_file_id IS NOT NULL);
CREATE INDEX document_submitted ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'submitted'::text);
CREATE INDEX document_twin ON incoming_documents.document USING btree (agency_id, sender_agency_id, number, notation, issued_on);
CREATE INDEX document_type ON incoming_documents.document USING btree (agency_id, type_code, arrived_at DESC, id DESC);
CREATE INDEX document_urgent ON incoming_documents.document USING btree (agency_id, urgency, arrived_at DESC, id DESC) WHERE (urgency <> 'normal'::text);
CREATE INDEX document_waiting ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = 'arrived'::text);
CREATE INDEX document_withdrawn ON incoming_documents.document USING btree (agency_id, arrived_at DESC, id DESC) WHERE (state = ANY (ARRAY['recalled'::text, 'replaced'::text]));

create table incoming_documents.notice (
  agency_id uuid not null,
  document_id uuid not null,
  id uuid not null,
  kind text not null,
  cancels boolean not null,
  reason text not null,
  changed jsonb,
  asked_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  is_agreed boolean,
  answered_at timestamp with time zone,
  answered_by text,
  answer_reason text,
  constraint notice_pkey PRIMARY KEY (agency_id, document_id, id),
  constraint notice_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES incoming_documents.document(agency_id, id),
  constraint notice_check CHECK ((((is_agreed IS NULL) = (answered_at IS NULL)) AND ((is_agreed IS NULL) = (answered_by IS NULL)))),
  constraint notice_kind_check CHECK ((kind = ANY (ARRAY['recall'::text, 'take_back'::text, 'update'::text])))
);
comment on table incoming_documents.notice is 'Scope: agency. What senders asked of registered documents, a recall or an update, and what the agency''s clerk answered by when.';

create table incoming_documents.reply (
  agency_id uuid not null,
  document_id uuid not null,
  reply_id uuid not null,
  summary text not null,
  drafted_by text not null,
  drafted_at timestamp with time zone not null,
  number text,
  issued_at timestamp with time zone,
  constraint reply_pkey PRIMARY KEY (agency_id, document_id, reply_id),
  constraint reply_agency_id_document_id_fkey FOREIGN KEY (agency_id, document_id) REFERENCES incoming_documents.document(agency_id, id),
  constraint reply_check CHECK (((number IS NULL) = (issued_at IS NULL)))
);
comment on table incoming_documents.reply is 'Scope: agency. The outgoing documents that were drafted to answer an incoming one, with their numbers once they are issued.';

create table incoming_documents.verdict_round (
  id smallint not null,
  trust_version text not null,
  stage text not null,
  after_agency_id uuid,
  after_document_id uuid,
  judged integer not null default 0,
  changed integer not null default 0,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint verdict_round_pkey PRIMARY KEY (id),
  constraint verdict_round_changed_check CHECK ((changed >= 0)),
  constraint verdict_round_check CHECK (((after_agency_id IS NULL) = (after_document_id IS NULL))),
  constraint verdict_round_id_check CHECK ((id = 1)),
  constraint verdict_round_judged_check CHECK ((judged >= 0)),
  constraint verdict_round_stage_check CHECK ((stage = ANY (ARRAY['doubtful'::text, 'others'::text])))
);
comment on table incoming_documents.verdict_round is 'Scope: installation. How far documents were judged again by what is trusted now; one row.';

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
  recalled_at timestamp with time zone,
  recalled_by text,
  recall_reason text,
  replaces_id uuid,
  replace_reason text,
  replaced_by_id uuid,
  replaced_at timestamp with time zone,
  answers_read_at timestamp with time zone,
  answers_id uuid,
  constraint document_pkey PRIMARY KEY (agency_id, id),
  constraint document_agency_id_register_id_fkey FOREIGN KEY (agency_id, register_id) REFERENCES registers.register(agency_id, id),
  constraint document_replaced_by_fkey FOREIGN KEY (agency_id, replaced_by_id) REFERENCES outgoing_documents.document(agency_id, id),
  constraint document_replaces_fkey FOREIGN KEY (agency_id, replaces_id) REFERENCES outgoing_documents.document(agency_id, id),
  constraint document_authenticity_code_check CHECK ((authenticity_code ~ '^[2-9a-hjkmnp-z]{20}$'::text)),
  constraint document_check CHECK ((((number IS NULL) = (notation IS NULL)) AND ((number IS NULL) = (issued_on IS NULL)) AND ((number IS NULL) = (register_id IS NULL)) AND ((number IS NULL) = (year IS NULL)))),
  constraint document_check4 CHECK (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL))),
  constraint document_initialling_check CHECK (((state <> 'initialling'::text) OR ((initials_post_id IS NOT NULL) AND (initialled_at IS NULL)))),
  constraint document_initials_check CHECK ((((initials_post_id IS NULL) = (initials_name IS NULL)) AND ((initials_post_id IS NULL) = (initials_title IS NULL)) AND ((initials_post_id IS NULL) = (initials_asked_at IS NULL)))),
  constraint document_issued_check CHECK (((state = ANY (ARRAY['issued'::text, 'recalled'::text, 'replaced'::text])) = (issued_at IS NOT NULL))),
  constraint document_number_check CHECK ((number >= 1)),
  constraint document_numbered_check CHECK (((state <> ALL (ARRAY['numbered'::text, 'sealed'::text, 'issued'::text, 'recalled'::text, 'replaced'::text])) OR (number IS NOT NULL))),
  constraint document_on_behalf_of_check CHECK (((on_behalf_of_name IS NULL) = (on_behalf_of_title IS NULL))),
  constraint document_recall_reason_check CHECK (((length(recall_reason) >= 1) AND (length(recall_reason) <= 1000))),
  constraint document_recalled_check CHECK ((((state <> 'recalled'::text) OR (recalled_at IS NOT NULL)) AND ((recalled_at IS NULL) = (recall_reason IS NULL)) AND ((recalled_at IS NULL) = (recalled_by IS NULL)))),
  constraint document_replace_reason_check CHECK (((length(replace_reason) >= 1) AND (length(replace_reason) <= 1000))),
  constraint document_replaced_check CHECK ((((state = 'replaced'::text) = (replaced_at IS NOT NULL)) AND ((replaced_at IS NULL) = (replaced_by_id IS NULL)))),
  constraint document_replaces_check CHECK (((replaces_id IS NULL) = (replace_reason IS NULL))),
  constraint document_revision_check CHECK ((revision >= 1)),
  constraint document_signed_check CHECK (((state <> ALL (ARRAY['signed'::text, 'numbered'::text, 'sealed'::text, 'issued'::text, 'recalled'::text, 'replaced'::text])) OR (signed_at IS NOT NULL))),
  constraint document_signing_formula_check CHECK ((signing_formula = ANY (ARRAY['TM'::text, 'KT'::text, 'TL'::text, 'TUQ'::text, 'Q'::text]))),
  constraint document_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'initialling'::text, 'submitted'::text, 'returned'::text, 'signed'::text, 'numbered'::text, 'sealed'::text, 'issued'::text, 'recalled'::text, 'replaced'::text, 'withdrawn'::text]))),
  constraint document_summary_check CHECK (((length(summary) >= 1) AND (length(summary) <= 500))),
  constraint document_urgency_check CHECK ((urgency = ANY (ARRAY['normal'::text, 'urgent'::text, 'very_urgent'::text, 'flash'::text])))
);
comment on table outgoing_documents.document is 'Scope: agency. The documents that an agency drafts, signs, numbers, seals and issues, with the names of their day.';
CREATE INDEX document_by_state ON outgoing_documents.document USING btree (agency_id, state, created_at DESC, id DESC);
CREATE INDEX document_newest ON outgoing_documents.document USING btree (agency_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX document_number ON outgoing_documents.document USING btree (agency_id, register_id, year, number) WHERE (number IS NOT NULL);
CREATE INDEX document_register ON outgoing_documents.document USING btree (agency_id, register_id, year, number, issued_on) WHERE (number IS NOT NULL);
CREATE INDEX document_replacing ON outgoing_documents.document USING btree (agency_id, replaces_id) WHERE (replaces_id IS NOT NULL);
CREATE INDEX document_to_initial ON outgoing_documents.document USING btree (agency_id, initials_post_id) WHERE (state = 'initialling'::text);
CREATE INDEX document_to_sign ON outgoing_documents.document USING btree (agency_id, approver_post_id) WHERE (state = 'submitted'::text);
CREATE INDEX document_unsent ON outgoing_documents.document USING btree (signed_at) WHERE (state = ANY (ARRAY['signed'::text, 'numbered'::text, 'sealed'::text]));

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
CREATE INDEX file_version_stored ON outgoing_documents.file_version USING btree (agency_id, stored_file_id);

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
  constraint register_kind_check CHECK ((kind = ANY (ARRAY['outgoing'::text, 'incoming'::text, 'copy'::text]))),
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
  document_link text,
  pss_signature bytea,
  constraint asked_hash_agency_id_authorization_id_hash_key UNIQUE (agency_id, authorization_id, hash),
  constraint asked_hash_pkey PRIMARY KEY (agency_id, authorization_id, "position"),
  constraint asked_hash_agency_id_authorization_id_fkey FOREIGN KEY (agency_id, authorization_id) REFERENCES remote_signing.asked_authorization(agency_id, id),
  constraint asked_hash_check CHECK ((((response_id IS NULL) = (released_at IS NULL)) AND ((response_id IS NULL) = (response_position IS NULL)))),
  constraint asked_hash_document_link_check CHECK (((document_link ~ '^/[a-z0-9]'::text) AND (length(document_link) <= 300))),
  constraint asked_hash_document_name_check CHECK ((length(document_name) <= 300)),
  constraint asked_hash_position_check CHECK ((("position" >= 0) AND ("position" <= 49))),
  constraint asked_hash_response_position_check CHECK (((response_position >= 0) AND (response_position <= 49)))
);
comment on table remote_signing.asked_hash is 'Scope: agency. One hash of a request; its signature is made when the owner approves, handed out once, and taken away afterwards.';
CREATE INDEX asked_hash_response ON remote_signing.asked_hash USING btree (agency_id, response_id) WHERE (response_id IS NOT NULL);
CREATE INDEX asked_hash_signed ON remote_signing.asked_hash USING btree (agency_id, authorization_id) WHERE ((signature IS NOT NULL) OR (pss_signature IS NOT NULL));

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
  typed_with text,
  typed_at timestamp with time zone,
  hash_count smallint,
  constraint ceremony_pkey PRIMARY KEY (agency_id, id),
  constraint ceremony_authorization_ids_check CHECK ((cardinality(authorization_ids) <= 50)),
  constraint ceremony_check CHECK (((kind = 'enrolment'::text) = (cardinality(authorization_ids) = 0))),
  constraint ceremony_check1 CHECK (((typed_with IS NULL) = (typed_at IS NULL))),
  constraint ceremony_check2 CHECK (((typed_with IS NULL) OR ((kind = 'approval'::text) AND (used_at IS NOT NULL)))),
  constraint ceremony_hash_count_check CHECK (((hash_count >= 1) AND (hash_count <= 50))),
  constraint ceremony_kind_check CHECK ((kind = ANY (ARRAY['enrolment'::text, 'approval'::text]))),
  constraint ceremony_nonce_check CHECK ((length(nonce) = 32))
);
comment on table remote_signing.ceremony is 'Scope: agency. A passkey that was asked for: for which requests, with which random number; answered once. typed_with: the passkey of an approval that succeeded with a typed PIN, until its device remembers that PIN.';
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
  scopes text[] not null,
  constraint client_pkey PRIMARY KEY (id),
  constraint client_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint client_per_minute_check CHECK (((per_minute >= 1) AND (per_minute <= 6000))),
  constraint client_redirect_uris_check CHECK ((cardinality(redirect_uris) <= 10)),
  constraint client_scopes_check CHECK (((scopes <@ '{service,credential}'::text[]) AND ((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 2)))),
  constraint client_secret_hash_check CHECK ((length(secret_hash) = 32))
);
comment on table remote_signing.client is 'Scope: installation. Applications that may ask for signatures; of the secret only its SHA-256 is kept. Scopes: service (see which certificates there are), credential (ask for signatures). disabled_at while it is suspended.';

create table remote_signing.connection (
  client_id uuid not null,
  person_id uuid not null,
  connected_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint connection_pkey PRIMARY KEY (client_id, person_id),
  constraint connection_client_id_fkey FOREIGN KEY (client_id) REFERENCES remote_signing.client(id)
);
comment on table remote_signing.connection is 'Scope: installation. Which person lets which application come in the own name: tokens are given out while it stands, and end with it.';
CREATE INDEX connection_of_person ON remote_signing.connection USING btree (person_id) WHERE (ended_at IS NULL);

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
  prf_salt bytea not null,
  may_remember_pin boolean not null,
  locked_pin bytea,
  pin_locked_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (agency_id, credential_id, id),
  constraint passkey_agency_id_credential_id_fkey FOREIGN KEY (agency_id, credential_id) REFERENCES remote_signing.enrolment(agency_id, credential_id),
  constraint passkey_check CHECK (((locked_pin IS NULL) = (pin_locked_at IS NULL))),
  constraint passkey_check1 CHECK (((locked_pin IS NULL) OR may_remember_pin)),
  constraint passkey_counter_check CHECK ((counter >= 0)),
  constraint passkey_locked_pin_check CHECK ((((length(locked_pin) >= 157) AND (length(locked_pin) <= 669)) AND (get_byte(locked_pin, 0) = 1))),
  constraint passkey_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  constraint passkey_prf_salt_check CHECK ((length(prf_salt) = 32))
);
comment on table remote_signing.passkey is 'Scope: agency. Passkeys that release one credential: only public keys. They were enrolled with the PIN of the key and do not sign in. locked_pin: the PIN, locked with what only the passkey''s own device gives out; it opens nothing here.';

create table remote_signing.token (
  token_hash bytea not null,
  client_id uuid not null,
  kind text not null,
  person_id uuid,
  expires_at timestamp with time zone not null,
  grant_id uuid,
  constraint token_pkey PRIMARY KEY (token_hash),
  constraint token_client_id_fkey FOREIGN KEY (client_id) REFERENCES remote_signing.client(id),
  constraint token_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'refresh'::text])))
);
comment on table remote_signing.token is 'Scope: installation. Tokens of the applications by their SHA-256; with a person when that person let the application in. Those that came of one login or consent share a grant, and end together when its refresh token is revoked.';
CREATE INDEX token_by_end ON remote_signing.token USING btree (expires_at);
CREATE INDEX token_of_grant ON remote_signing.token USING btree (grant_id) WHERE (grant_id IS NOT NULL);
CREATE INDEX token_of_person ON remote_signing.token USING btree (person_id, client_id) WHERE (person_id IS NOT NULL);

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
  failed_at timestamp with time zone,
  failure_vi text,
  failure_en text,
  constraint archived_file_pkey PRIMARY KEY (agency_id, sha256),
  constraint archived_file_archived_sha256_check CHECK ((archived_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint archived_file_check CHECK (((state = 'archived'::text) <= ((archived_sha256 IS NOT NULL) AND (file_id IS NOT NULL) AND (archived_at IS NOT NULL)))),
  constraint archived_file_check1 CHECK ((((failed_at IS NULL) = (failure_vi IS NULL)) AND ((failed_at IS NULL) = (failure_en IS NULL)))),
  constraint archived_file_failure_en_check CHECK (((length(failure_en) >= 1) AND (length(failure_en) <= 1000))),
  constraint archived_file_failure_vi_check CHECK (((length(failure_vi) >= 1) AND (length(failure_vi) <= 1000))),
  constraint archived_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint archived_file_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'archived'::text, 'not_valid'::text])))
);
comment on table signatures.archived_file is 'Scope: agency. Signed files that are to last: the file as it was issued or arrived, and its newest copy with validation material and archive time stamp (PAdES B-LTA).';
CREATE INDEX archived_file_copy ON signatures.archived_file USING btree (agency_id, file_id) WHERE (file_id IS NOT NULL);
CREATE INDEX archived_file_due ON signatures.archived_file USING btree (protected_until) WHERE (state = 'archived'::text);
CREATE INDEX archived_file_failed ON signatures.archived_file USING btree (agency_id, failed_at DESC, sha256) WHERE (failed_at IS NOT NULL);

create table signatures.authority_key (
  role text not null,
  generation integer not null,
  certificate bytea not null,
  container bytea,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone not null,
  created_at timestamp with time zone not null,
  holder text,
  key_id text,
  constraint authority_key_pkey PRIMARY KEY (role, generation),
  constraint authority_key_check CHECK ((valid_to > valid_from)),
  constraint authority_key_generation_check CHECK ((generation > 0)),
  constraint authority_key_here CHECK (((role = 'root'::text) OR (container IS NOT NULL) OR (holder IS NOT NULL))),
  constraint authority_key_holder_check CHECK ((holder ~ '^[a-z][a-z0-9-]*$'::text)),
  constraint authority_key_in_one_place CHECK ((((holder IS NULL) = (key_id IS NULL)) AND ((holder IS NULL) OR (container IS NULL)))),
  constraint authority_key_key_id_check CHECK ((key_id ~ '^([0-9a-f]{2})+$'::text)),
  constraint authority_key_role_check CHECK ((role = ANY (ARRAY['root'::text, 'issuing'::text, 'timestamp'::text, 'ocsp'::text])))
);
comment on table signatures.authority_key is 'Scope: installation. Append-only. Keys of the built-in certificate authority: as encrypted PKCS#12, or in the token (holder, as SIGNING_SERVICES names it) that knows them as key_id; the highest generation of a role is the one in use. A root with neither has its key outside the machine.';

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
  asks_pin boolean,
  asks_code text,
  code_again_at timestamp with time zone,
  codes_in_a_row smallint not null default 0,
  access bytea,
  asks_release boolean not null default false,
  constraint credential_agency_id_issuer_serial_key UNIQUE (agency_id, issuer, serial),
  constraint credential_pkey PRIMARY KEY (agency_id, id),
  constraint credential_asks_check CHECK (((asks_pin IS NULL) OR (asks_code IS NOT NULL))),
  constraint credential_asks_code_check CHECK ((asks_code = ANY (ARRAY['no'::text, 'online'::text, 'offline'::text]))),
  constraint credential_check CHECK ((valid_to > valid_from)),
  constraint credential_check1 CHECK ((image_valid_to >= image_valid_from)),
  constraint credential_check2 CHECK (((kind = 'person'::text) = (person_id IS NOT NULL))),
  constraint credential_check3 CHECK (((driver <> 'pkcs12'::text) OR (container IS NOT NULL))),
  constraint credential_check4 CHECK (((state = 'revoked'::text) = ((revoked_at IS NOT NULL) AND (revoked_reason IS NOT NULL)))),
  constraint credential_check5 CHECK ((((image_sha256 IS NULL) = (image_width_mm IS NULL)) AND ((image_sha256 IS NULL) = (image_valid_from IS NULL)))),
  constraint credential_codes_in_a_row_check CHECK ((codes_in_a_row >= 0)),
  constraint credential_driver_check CHECK ((driver ~ '^[a-z][a-z0-9-]*$'::text)),
  constraint credential_failed_attempts_check CHECK (((failed_attempts >= 0) AND (failed_attempts <= 5))),
  constraint credential_image_sha256_check CHECK ((image_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint credential_image_width_mm_check CHECK (((image_width_mm >= (5)::numeric) AND (image_width_mm <= (80)::numeric))),
  constraint credential_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'agency'::text]))),
  constraint credential_state_check CHECK ((state = ANY (ARRAY['active'::text, 'revoked'::text])))
);
comment on table signatures.credential is 'Scope: agency. A certificate with which a person or the agency itself signs, where its key is held, and the image that stands for it on paper.';
CREATE INDEX credential_of_person ON signatures.credential USING btree (agency_id, person_id) WHERE (person_id IS NOT NULL);

create table signatures.earlier_validation (
  sha256 text not null,
  validated_at timestamp with time zone not null,
  trust_version text not null,
  report jsonb not null,
  constraint earlier_validation_pkey PRIMARY KEY (sha256, validated_at, trust_version),
  constraint earlier_validation_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.earlier_validation is 'Scope: installation. Append-only. Reports in whose place a later one of the same trust set came, with another verdict or knowing further revocation lists.';

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

create table signatures.service_consent (
  agency_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  session_id uuid not null,
  driver text not null,
  kind text not null,
  credential_id uuid,
  state_hash text not null,
  verifier bytea,
  access bytea,
  state text not null,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  batch_id uuid,
  return_path text,
  constraint service_consent_agency_id_state_hash_key UNIQUE (agency_id, state_hash),
  constraint service_consent_pkey PRIMARY KEY (agency_id, id),
  constraint service_consent_agency_id_credential_id_fkey FOREIGN KEY (agency_id, credential_id) REFERENCES signatures.credential(agency_id, id),
  constraint service_consent_of_batch FOREIGN KEY (agency_id, batch_id) REFERENCES signatures.signing_batch(agency_id, id),
  constraint service_consent_check CHECK ((expires_at > asked_at)),
  constraint service_consent_check1 CHECK (((verifier IS NOT NULL) = (state = 'asked'::text))),
  constraint service_consent_check2 CHECK (((access IS NOT NULL) = (state = 'given'::text))),
  constraint service_consent_driver_check CHECK ((driver ~ '^[a-z][a-z0-9-]*$'::text)),
  constraint service_consent_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'agency'::text]))),
  constraint service_consent_release_check CHECK (((batch_id IS NULL) = (return_path IS NULL))),
  constraint service_consent_return_path_check CHECK ((return_path ~ '^/[a-z][\w/-]{0,199}$'::text)),
  constraint service_consent_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'answered'::text, 'given'::text, 'used'::text, 'refused'::text]))),
  constraint service_consent_state_hash_check CHECK ((state_hash ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.service_consent is 'Scope: agency. A person''s way to a remote signing service and back: bound to the session, good once, its tokens encrypted until a key is connected with them.';
CREATE INDEX service_consent_of_batch ON signatures.service_consent USING btree (agency_id, batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX service_consent_of_person ON signatures.service_consent USING btree (agency_id, person_id);

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
  credential_agency_id uuid not null,
  part text not null default ''::text,
  constraint signing_pkey PRIMARY KEY (agency_id, id),
  constraint signing_base_sha256_check CHECK ((base_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint signing_check CHECK (((state = ANY (ARRAY['completed'::text, 'failed'::text, 'expired'::text])) = (ended_at IS NOT NULL))),
  constraint signing_check1 CHECK (((state = 'completed'::text) = ((result_sha256 IS NOT NULL) AND (result_size_bytes IS NOT NULL) AND (evidence IS NOT NULL)))),
  constraint signing_check2 CHECK (((state = ANY (ARRAY['failed'::text, 'expired'::text])) = (failure_code IS NOT NULL))),
  constraint signing_check3 CHECK (((state = 'signing'::text) = (attempt_until IS NOT NULL))),
  constraint signing_check4 CHECK (((state = 'pending'::text) <= ((holder_reference IS NOT NULL) AND (prepared IS NOT NULL)))),
  constraint signing_part_check CHECK ((length(part) <= 100)),
  constraint signing_result_sha256_check CHECK ((result_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint signing_result_size_bytes_check CHECK ((result_size_bytes > 0)),
  constraint signing_state_check CHECK ((state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text, 'completed'::text, 'failed'::text, 'expired'::text])))
);
comment on table signatures.signing is 'Scope: agency. One act of signing one file, from the lock on the file to the signed result and the evidence kept with it.';
CREATE INDEX signing_of_subject ON signatures.signing USING btree (agency_id, subject_type, subject_id, opened_at DESC);
CREATE UNIQUE INDEX signing_open ON signatures.signing USING btree (agency_id, subject_type, subject_id, part) WHERE (state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text]));
CREATE INDEX signing_overdue ON signatures.signing USING btree (expires_at) WHERE (state = ANY (ARRAY['prepared'::text, 'signing'::text, 'pending'::text]));

create table signatures.signing_batch (
  agency_id uuid not null,
  id uuid not null,
  credential_agency_id uuid not null,
  credential_id uuid not null,
  description text not null,
  state text not null,
  holder_reference text,
  turn integer not null,
  asked_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  followed_by smallint not null default 0,
  constraint signing_batch_pkey PRIMARY KEY (agency_id, id),
  constraint signing_batch_check CHECK (((state = 'asked'::text) = (ended_at IS NULL))),
  constraint signing_batch_followed_by_check CHECK ((followed_by >= 0)),
  constraint signing_batch_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'answered'::text, 'given_up'::text]))),
  constraint signing_batch_turn_check CHECK ((turn >= 0))
);
comment on table signatures.signing_batch is 'Scope: agency. One request to the holder of a key for the signatures of several files; its id is the transaction that the holder knows.';
CREATE INDEX signing_batch_before_release ON signatures.signing_batch USING btree (agency_id) WHERE ((state = 'asked'::text) AND (holder_reference = 'release'::text));

create table signatures.signing_batch_item (
  agency_id uuid not null,
  batch_id uuid not null,
  position smallint not null,
  signing_id uuid not null,
  attributes bytea not null,
  constraint signing_batch_item_agency_id_batch_id_signing_id_key UNIQUE (agency_id, batch_id, signing_id),
  constraint signing_batch_item_pkey PRIMARY KEY (agency_id, batch_id, "position"),
  constraint signing_batch_item_agency_id_batch_id_fkey FOREIGN KEY (agency_id, batch_id) REFERENCES signatures.signing_batch(agency_id, id),
  constraint signing_batch_item_agency_id_signing_id_fkey FOREIGN KEY (agency_id, signing_id) REFERENCES signatures.signing(agency_id, id),
  constraint signing_batch_item_position_check CHECK (("position" >= 0))
);
comment on table signatures.signing_batch_item is 'Scope: agency. Append-only. What each file of a batch has to be signed over, in the order in which the holder was asked.';

create table signatures.time_peer (
  peer text not null,
  asked_at timestamp with time zone not null,
  problem text,
  answered_at timestamp with time zone,
  offset_ms double precision,
  error_ms double precision,
  constraint time_peer_pkey PRIMARY KEY (peer),
  constraint time_peer_check CHECK ((((answered_at IS NULL) = (offset_ms IS NULL)) AND ((answered_at IS NULL) = (error_ms IS NULL)))),
  constraint time_peer_check1 CHECK (((problem IS NOT NULL) OR (answered_at IS NOT NULL))),
  constraint time_peer_error_ms_check CHECK ((error_ms >= (0)::double precision)),
  constraint time_peer_peer_check CHECK (((length(peer) >= 1) AND (length(peer) <= 300))),
  constraint time_peer_problem_check CHECK ((problem = ANY (ARRAY['silent'::text, 'malformed'::text, 'refused'::text, 'unsynchronised'::text])))
);
comment on table signatures.time_peer is 'Scope: installation. What each peer of NTP_PEERS said when it was asked last: by how much the database''s clock lies behind its own (offset_ms), give or take error_ms; problem when the last answer was none.';

create table signatures.trust_anchor (
  fingerprint text not null,
  name text not null,
  certificate bytea not null,
  legal_basis text not null,
  valid_from timestamp with time zone not null,
  valid_to timestamp with time zone,
  added_at timestamp with time zone not null,
  end_reason text,
  ended_at timestamp with time zone,
  constraint trust_anchor_pkey PRIMARY KEY (fingerprint, valid_from),
  constraint trust_anchor_check CHECK ((valid_to > valid_from)),
  constraint trust_anchor_end_reason_check CHECK (((length(end_reason) >= 5) AND (length(end_reason) <= 500))),
  constraint trust_anchor_ended CHECK ((((ended_at IS NULL) = (end_reason IS NULL)) AND ((ended_at IS NULL) OR (valid_to IS NOT NULL)))),
  constraint trust_anchor_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text))
);
comment on table signatures.trust_anchor is 'Scope: installation. Root certificates that this installation trusts, each row for a period and on a legal basis. What has ended stays: it counts for signatures that are proven to be older.';

create table signatures.trust_set (
  version text not null,
  rules text not null,
  parts text[] not null,
  seen_at timestamp with time zone not null,
  constraint trust_set_pkey PRIMARY KEY (version),
  constraint trust_set_version_check CHECK ((version ~ '^[0-9a-f]{32}$'::text))
);
comment on table signatures.trust_set is 'Scope: installation. Append-only. What was trusted when reports were made, by its version: it tells which of them a later one can change.';

create table signatures.trusted_list (
  territory text not null,
  operator text not null,
  sequence_number bigint not null,
  issued_at timestamp with time zone not null,
  read_at timestamp with time zone not null,
  constraint trusted_list_pkey PRIMARY KEY (territory, operator),
  constraint trusted_list_sequence_number_check CHECK ((sequence_number >= 0))
);
comment on table signatures.trusted_list is 'Scope: installation. The newest issue of each signed trusted list (ETSI TS 119 612) that was ever read; an older one does not count any more.';

create table signatures.validation (
  sha256 text not null,
  trust_version text not null,
  indication text not null,
  report jsonb not null,
  validated_at timestamp with time zone not null,
  folder_lists jsonb not null default '[]'::jsonb,
  constraint validation_pkey PRIMARY KEY (sha256, trust_version),
  constraint validation_folder_lists_check CHECK ((jsonb_typeof(folder_lists) = 'array'::text)),
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
  ended_at timestamp with time zone,
  replaced_by_number text,
  replaced_by_code text,
  constraint issued_document_pkey PRIMARY KEY (code),
  constraint issued_document_code_check CHECK ((code ~ '^[2-9a-hjkmnp-z]{20}$'::text)),
  constraint issued_document_ended_check CHECK (((state = 'in_force'::text) = (ended_at IS NULL))),
  constraint issued_document_replaced_by_code_check CHECK ((replaced_by_code ~ '^[2-9a-hjkmnp-z]{20}$'::text)),
  constraint issued_document_replaced_check CHECK ((((state = 'replaced'::text) = (replaced_by_code IS NOT NULL)) AND ((replaced_by_code IS NULL) = (replaced_by_number IS NULL)))),
  constraint issued_document_state_check CHECK ((state = ANY (ARRAY['in_force'::text, 'recalled'::text, 'replaced'::text])))
);
comment on table verification.issued_document is 'Scope: installation. What the public page of an issued document may say, by the code that stands on its paper: hashes, number and issuing agency, never its content.';
