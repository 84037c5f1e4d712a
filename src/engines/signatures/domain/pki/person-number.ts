import type { Certificate } from './certificate.ts';

/**
 * The citizen's number that a certificate gives its holder, in digits: `CCCD:` in UID or serialNumber as Vietnamese authorities write it, or
 * `IDCVN-` and `PNOVN-` (ETSI EN 319 412-1 clause 5.1.3). Tax numbers and addresses do not count: both may be those of the office.
 * Undefined where there is none, or where there are two, which name nobody.
 */
export function citizenNumberOf({ subject }: Pick<Certificate, 'subject'>): string | undefined {
  const values = [...subject.userIds, subject.serialNumber ?? ''];
  const found = new Set(values.flatMap((value) => WRITTEN.exec(value.replace(/\s/g, ''))?.[1] ?? []));
  const [number, ...more] = found;
  return more.length === 0 ? number : undefined;
}

/** The number of the citizen's card has 12 digits (26/2023/QH15 Art. 12). */
const WRITTEN = /^(?:CCCD:|(?:IDC|PNO)VN-)(\d{12})$/i;
