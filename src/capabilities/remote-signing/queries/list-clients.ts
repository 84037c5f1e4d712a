import type { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import type { Scope } from '../clients.ts';
import type { remoteClient } from '../contract.ts';

type Row = { id: string; name: string; redirectUris: string[]; perMinute: number; scopes: Scope[]; createdAt: Date; createdBy: string; disabledAt: Date | null };

/** The registered applications, newest first; at most 200. */
export async function listClients(kernel: Kernel): Promise<z.infer<typeof remoteClient>[]> {
  const { rows } = await kernel.database.pool.query<Row>(
    `select id, name, redirect_uris as "redirectUris", per_minute as "perMinute", scopes, created_at as "createdAt", created_by as "createdBy", disabled_at as "disabledAt"
       from remote_signing.client order by created_at desc, id desc limit 200`,
  );
  return rows.map((row) => ({ ...row, createdAt: isoInVietnam(row.createdAt), disabledAt: row.disabledAt === null ? null : isoInVietnam(row.disabledAt) }));
}
