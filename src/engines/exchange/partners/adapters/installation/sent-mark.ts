import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** A parcel with an envelope as it was sent: to which partner, with which content, of whom, for whom, by our own ids. */
export type SentParcel = { partnerId: string; parcelId: string; contentHash: string; senderRef: string; recipientRefs: readonly string[] };

/**
 * The mark that such a parcel carries, by which this installation alone recognises it again when it has lost it: it takes the installation's
 * secret, which a backup brings back, whatever keys were changed since. A code and no signature, since it says nothing to anybody else
 * and the same parcel has to be the same bytes at every try.
 */
export function markOf(appSecret: string, sent: SentParcel): string {
  const { partnerId, parcelId, contentHash, senderRef, recipientRefs } = sent;
  const key = Buffer.from(hkdfSync('sha256', appSecret, '', 'exchange sent parcel', 32));
  return createHmac('sha256', key).update(JSON.stringify([partnerId, parcelId, contentHash, senderRef, ...recipientRefs]), 'utf8').digest('base64url');
}

/** Whether this installation made the mark for exactly this parcel. */
export function isOurMark(appSecret: string, sent: SentParcel, mark: string | undefined): boolean {
  const [own, given] = [Buffer.from(markOf(appSecret, sent), 'utf8'), Buffer.from(mark ?? '', 'utf8')];
  return own.length === given.length && timingSafeEqual(own, given);
}
