import { addDays, type CalendarDay } from '#kernel/time.ts';

/** What a route depends on: the recipient as the directory shows it today. */
export type Destination<AgencyId extends string = string> = {
  id: AgencyId;
  name: string;
  state: 'active' | 'closed';
  hosting: 'local' | 'external';
  closedOn: CalendarDay | null;
  successors: readonly { id: AgencyId; name: string; kind: string }[];
};

export type Route<AgencyId extends string = string, PartnerId extends string = string> =
  | { kind: 'local'; to: AgencyId; name: string }
  /** It lives outside and is reached through a partner. */
  | { kind: 'partner'; to: AgencyId; name: string; partnerId: PartnerId }
  /** Nobody can carry it there yet; it waits in sight. */
  | { kind: 'none'; to: AgencyId; problem: string }
  /** The recipient is gone and nobody takes its mail by rule: the sender decides. */
  | { kind: 'returned'; problem: string; successors: readonly { id: AgencyId; name: string; kind: string }[] };

export const NOT_CONNECTED = 'Nơi nhận chưa kết nối hệ thống liên thông; văn bản chờ tại đây cho đến khi có đường gửi.';

/**
 * Where a delivery goes today. Mail for a closed agency goes to its successor for a time, if there is exactly one and it
 * is active; otherwise it comes back with the successors named.
 * @param find the agencies of today; a successor that is closed itself is followed on.
 * @param partnerOf through which partner an agency outside is reached today, if through any.
 */
export function routeOf<AgencyId extends string, PartnerId extends string = string>(
  recipient: Destination<AgencyId>,
  options: { today: CalendarDay; transitionDays: number; find: (id: AgencyId) => Destination<AgencyId> | undefined; partnerOf: (id: AgencyId) => PartnerId | undefined },
): Route<AgencyId, PartnerId> {
  const seen = new Set<AgencyId>();
  let current = recipient;
  while (current.state === 'closed') {
    seen.add(current.id);
    const [only, ...others] = current.successors;
    const returned = (problem: string): Route<AgencyId, PartnerId> => ({ kind: 'returned', problem, successors: recipient.successors });
    if (current.closedOn !== null && addDays(current.closedOn, options.transitionDays) < options.today) return returned('Nơi nhận đã kết thúc hoạt động và hết thời gian chuyển tiếp.');
    if (only === undefined) return returned('Nơi nhận đã kết thúc hoạt động và không có cơ quan kế thừa.');
    if (others.length > 0) return returned('Nơi nhận đã được chia tách; cần chọn cơ quan kế thừa.');
    const next = options.find(only.id);
    if (next === undefined || seen.has(next.id)) return returned('Danh bạ chưa có cơ quan kế thừa đang hoạt động.');
    current = next;
  }
  if (current.hosting === 'local') return { kind: 'local', to: current.id, name: current.name };
  const partnerId = options.partnerOf(current.id);
  return partnerId === undefined ? { kind: 'none', to: current.id, problem: NOT_CONNECTED } : { kind: 'partner', to: current.id, name: current.name, partnerId };
}
