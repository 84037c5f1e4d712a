import type { Queryable } from '#kernel/database.ts';
import { isoInVietnam } from '#kernel/time.ts';
import type { PartnerId } from '../../adapter.ts';
import type { InboundState } from '../../inbound.ts';

type Row = { docId: string; messageType: string; documentId: string | null; fromCode: string | null; toCodes: string[]; state: InboundState; isAwaiting: boolean; problem: string | null; relay: 'stuck' | 'no_route' | 'open' | 'returned' | 'done' | null; relayProblem: string | null; receivedAt: Date; changedAt: Date };

/** `processing` until it is delivered, `done` when it is, `fail` when it waits for a person or was refused. */
function statusOf({ state, relay, isAwaiting }: Pick<Row, 'state' | 'relay' | 'isAwaiting'>): { status: 'processing' | 'done' | 'fail'; words: string } {
  switch (state) {
    case 'incomplete':
    case 'waiting':
      return { status: 'processing', words: 'Trục đang xử lý' };
    case 'applied':
      if (relay === 'returned') return { status: 'fail', words: 'Hệ thống của nơi nhận không xử lý được' };
      // An operator sends it again, or tells the sender another way.
      if (relay === 'stuck') return { status: 'fail', words: 'Không chuyển được đến hệ thống của nơi nhận, chờ người xử lý' };
      if (relay === 'no_route') return { status: 'processing', words: 'Chưa có đường gửi đến nơi nhận' };
      if (relay === 'open') return { status: 'processing', words: 'Chờ hệ thống của nơi nhận lấy về' };
      return { status: 'done', words: 'Đã chuyển đến nơi nhận' };
    case 'resolved':
      return { status: 'done', words: 'Đã được xử lý thủ công' };
    case 'refused':
      return { status: 'fail', words: 'Bị từ chối' };
    case 'discarded':
      return { status: 'fail', words: 'Đã loại bỏ' };
    case 'quarantined':
      // It takes effect by itself when the document comes; nobody has to do anything, the sender least of all.
      if (isAwaiting) return { status: 'processing', words: 'Chờ văn bản mà gói tin nói đến' };
      return { status: 'fail', words: 'Bị cách ly, chờ người xử lý' };
    case 'with_person':
      return { status: 'fail', words: 'Bị cách ly, chờ người xử lý' };
  }
}

/** What a system has sent, newest first, before the last one that it saw. */
export async function listSent(q: Queryable, of: { partnerId: PartnerId; before: string | null; messageType: string | null; limit: number }) {
  const { rows } = await q.query(
    `select i.id as "docId", p.message_type as "messageType", p.document_id as "documentId", p.from_code as "fromCode", p.to_codes as "toCodes", i.state, i.awaits is not null as "isAwaiting", i.problem, l.relay, l.problem as "relayProblem", i.received_at as "receivedAt", i.changed_at as "changedAt"
       from exchange.inbound i join exchange.axis_packet p on p.partner_id = i.partner_id and p.partner_ref = i.partner_ref
       left join lateral (select case when bool_or(d.state = 'returned') then 'returned' when bool_or(d.state = 'waiting' and t.state = 'failed') then 'stuck' when bool_or(d.state = 'no_route') then 'no_route'
                                      when bool_or(d.state = 'waiting') then 'open' when count(*) > 0 then 'done' end as relay,
                                 string_agg(d.recipient_name || ': ' || case d.state when 'waiting' then t.problem else d.problem end, '; ' order by d.recipient_name) filter (where d.state in ('returned', 'waiting', 'no_route')) as problem
                            from exchange.relay r join exchange.delivery d on d.agency_id = r.agency_id and d.envelope_id = r.envelope_id and d.recipient_agency_id = r.recipient_agency_id
                            left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
                           where r.inbound_id = i.id) l on true
      where i.partner_id = $1 and ($2::uuid is null or i.id < $2) and ($3::text is null or p.message_type = $3) order by i.id desc limit $4`,
    [of.partnerId, of.before, of.messageType, of.limit],
  );
  // safe because the statement selects exactly these columns
  return (rows as Row[]).map(({ docId, messageType, documentId, fromCode, toCodes, state, relay, isAwaiting, relayProblem, receivedAt, changedAt, ...row }) => {
    const { status, words } = statusOf({ state, relay, isAwaiting });
    const problem = row.problem ?? relayProblem;
    return {
      docId,
      serviceType: 'eDoc',
      messageType,
      documentId,
      from: fromCode ?? '',
      to: toCodes.join(','),
      status,
      status_desc: problem === null ? words : `${words}: ${problem}`,
      created_time: isoInVietnam(receivedAt),
      updated_time: isoInVietnam(changedAt),
    };
  });
}
