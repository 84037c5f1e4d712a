import { readAsn1 } from '../../domain/asn1/reader.ts';
import { PdfError } from '../../domain/pdf/errors.ts';
import { addValidationStore } from '../../domain/pdf/levels/index.ts';
import { readName } from '../../domain/pki/name.ts';
import { openPdf, scanActiveContent } from '../../domain/pdf/reader/index.ts';
import { createValidationCache } from '../../domain/validation/cache.ts';
import { lookupsFor } from '../../domain/validation/lookups.ts';
import { storeMaterialOf } from '../../domain/validation/used-material.ts';
import { validateFully, type ValidationOptions } from '../../domain/validation/validate-pdf.ts';
import { expectedFailure } from './errors.ts';
import { sha256Of } from './grounds.ts';
import { judgeFile } from './judge-file.ts';
import { findPlaces } from './places.ts';
import type { LongTerm, ReaderReply, ReaderRequest, ReaderResult, TrustMaterial } from './protocol.ts';
import { answerMessages } from './wire.ts';

/** The other side of `reader.ts`: does one task after another until it is ended, or until whoever started it is gone. */
const cache = createValidationCache();
/** What files are judged by stays until something else is sent. */
let judgedBy: { trust: TrustMaterial; options: ValidationOptions; supplied: ReadonlySet<string> } | undefined;

// safe because only reader.ts writes on this stream
await answerMessages((message, files) => answer(message as ReaderRequest, files));

async function answer(request: ReaderRequest, files: readonly Buffer[]): Promise<ReaderReply> {
  try {
    return { id: request.id, ok: true, result: await perform(request, files) };
  } catch (error) {
    const expected = expectedFailure(error);
    if (expected !== undefined) return { id: request.id, ok: false, ...expected };
    if (error instanceof PdfError) return { id: request.id, ok: false, code: error.code, detail: error.detail };
    return { id: request.id, ok: false, code: 'defect', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function perform({ task, trust }: ReaderRequest, [bytes = Buffer.alloc(0), ...others]: readonly Buffer[]): ReaderResult | Promise<ReaderResult> {
  if (trust !== undefined) judgedBy = { trust, options: optionsOf(trust), supplied: new Set([...trust.crls, ...(trust.ocsps ?? []), ...(trust.certificates ?? [])].map(sha256Of)) };
  switch (task.kind) {
    case 'examine':
      return judgeFile(bytes, { ...judging(), cache, beside: others.map((file, i) => ({ name: task.besideNames[i] ?? '', bytes: file })) });
    case 'long-term':
      return readLongTerm(bytes, judging());
    case 'places':
      return findPlaces(bytes, task.signerName);
    case 'ready':
      return [];
    case 'active':
      return [...new Set(scanActiveContent(openPdf(bytes)).found.map((found) => found.kind))];
  }
}

function judging(): ValidationOptions & { supplied: ReadonlySet<string> } {
  if (judgedBy === undefined) throw new Error('nothing to judge by was sent');
  return { ...judgedBy.options, supplied: judgedBy.supplied };
}

function readLongTerm(bytes: Buffer, options: ValidationOptions): LongTerm {
  const { report, missing, used, protectedUntil } = validateFully(bytes, options);
  return {
    report,
    lookups: lookupsFor(missing),
    ...(report.indication === 'TOTAL-PASSED' ? { store: addValidationStore(bytes, storeMaterialOf(used)) } : {}),
    ...(protectedUntil ? { protectedUntil: protectedUntil.toISOString() } : {}),
  };
}

function optionsOf({ anchors, crls, now, certificates = [], ocsps = [], periods = [], withheld = [] }: TrustMaterial): ValidationOptions {
  const trustPeriods = periods.map(({ fingerprint, from, until, only }) => ({ fingerprint, only, from: from === undefined ? undefined : new Date(from), until: until === undefined ? undefined : new Date(until) }));
  return {
    trustAnchors: anchors.map((anchor) => cache.readCertificate(Buffer.from(anchor))),
    trustPeriods,
    now: new Date(now),
    given: {
      certificates: certificates.map((certificate) => cache.readCertificate(Buffer.from(certificate))),
      crls: crls.map((crl) => Buffer.from(crl)),
      ocsps: ocsps.map((answer) => Buffer.from(answer)),
      ...(withheld.length === 0 ? {} : { withheld: withheld.map((name) => readName(readAsn1(Buffer.from(name), { ber: true }))) }),
    },
    cache,
  };
}
