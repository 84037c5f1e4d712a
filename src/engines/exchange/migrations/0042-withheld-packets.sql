create table exchange.axis_withheld (
  partner_id   uuid not null references exchange.partner (id),
  -- The axis' own id of the packet, as it lists it.
  doc_id       text not null check (length(doc_id) between 1 and 200),
  message_type text not null check (message_type in ('edoc', 'status')),
  -- Of the sender, as the list tells it.
  from_code    text check (length(from_code) <= 100),
  -- Of the last refusal.
  problem_code text not null,
  problem      text not null check (length(problem) <= 1000),
  refusals     integer not null check (refusals > 0),
  since        timestamptz not null,
  next_ask_at  timestamptz not null,
  primary key (partner_id, doc_id)
) with (fillfactor = 70);
comment on table exchange.axis_withheld is 'Scope: installation. Packets that the national axis lists and does not give: asked for again with growing pauses, so that they hold up no others, until they are given or listed no more.';
