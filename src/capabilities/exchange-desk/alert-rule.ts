import type { Id } from '#kernel/ids.ts';
import type { AlertKind } from './domain/alert-rules.ts';

/** When whom to tell, as the row says it. */
export type AlertRule = {
  id: string;
  kind: AlertKind;
  name: string;
  thresholdMinutes: number;
  quietMinutes: number;
  isOn: boolean;
  agencyRoles: string[];
  keeperRoles: string[];
  posts: { agencyId: Id<'agency'>; postId: string; name: string }[];
  emails: string[];
};

/** Columns of `alert_rule` as an `AlertRule`. */
export const RULE_COLUMNS = `id, kind, name, threshold_minutes as "thresholdMinutes", quiet_minutes as "quietMinutes", is_on as "isOn", agency_roles as "agencyRoles", keeper_roles as "keeperRoles", posts, emails`;
