/** XAdES signatures of an ASiC-E container (ETSI EN 319 162-1 clause 4.4.3): each names files of the container by their paths. */
import type { SignatureTrust, SignatureValidation } from '../cades/index.ts';
import type { SignatureReport } from '../validation/report.ts';
import type { MissingLink } from '../validation/trust.ts';
import { coversAllBytes, namedFiles, validateXmlFully, XmlError } from '../xml/index.ts';
import type { XmlSignatureReport } from '../xml/index.ts';
import { readXml } from '../xml/reader.ts';
import { AsicError } from './errors.ts';
import type { AsicFinding } from './findings.ts';
import { uriToName } from './names.ts';

const asicNamespace = 'http://uri.etsi.org/02918/v1.2.1#';

export interface XadesFile {
  /** In the container. */
  readonly name: string;
  readonly xml: Buffer;
}

export interface JudgedXades {
  readonly signatures: readonly { readonly report: SignatureReport; readonly covers: readonly string[]; readonly used: SignatureValidation['used'] }[];
  readonly missing: readonly MissingLink[];
  readonly findings: readonly AsicFinding[];
}

/**
 * Judges the signatures of one file. `readFile` gives a document of the container; undefined when there is none of that name. A file that is no
 * asic:XAdESSignatures, or holds no signature, is told as unsupported. Throws AsicError `asic.tooLarge`.
 */
export async function judgeXades({ name, xml }: XadesFile, readFile: (name: string) => Promise<Buffer | undefined>, trust: SignatureTrust): Promise<JudgedXades> {
  const nothing: JudgedXades = { signatures: [], missing: [], findings: [{ code: 'signature.unsupported', name }] };
  try {
    const { root } = readXml(xml);
    if (root.local !== 'XAdESSignatures' || root.namespace !== asicNamespace) return nothing;
    const detached = new Map<string, Buffer>();
    const absent: AsicFinding[] = [];
    for (const { uri } of namedFiles(xml)) {
      const wanted = uriToName(uri);
      const bytes = wanted === undefined ? undefined : await readFile(wanted);
      if (bytes === undefined) absent.push({ code: 'file.missing', name: wanted ?? uri.slice(0, 200) });
      else detached.set(uri, bytes);
    }
    const { report, used, missing } = validateXmlFully(xml, { ...trust, detached, subject: { kind: 'any' } });
    const none = { certificates: [], crls: [], ocsps: [] };
    const signatures = report.signatures.map((each, i) => ({ report: plain(each, name), covers: coveredNames(each), used: used[i] ?? none }));
    return signatures.length === 0 ? nothing : { signatures, missing, findings: [...absent, ...report.signatures.flatMap(changed)] };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (error.code === 'xml.tooLarge') throw new AsicError('asic.tooLarge', name, { cause: error });
    return nothing;
  }
}

/** The report that all signatures of a container share; what was signed stands in it as names of files. */
function plain({ signed, ...report }: XmlSignatureReport, name: string): SignatureReport {
  return { ...report, field: `${name}#${report.field}`, coversWholeFile: report.coversWholeFile && signed.length > 0 };
}

function coveredNames({ signed }: XmlSignatureReport): string[] {
  return signed.flatMap((part) => (part.kind === 'detached' && coversAllBytes(part) ? (uriToName(part.uri) ?? []) : []));
}

function changed({ signed, problems }: XmlSignatureReport): AsicFinding[] {
  if (problems.every(({ code }) => code !== 'hash.mismatch')) return [];
  return signed.flatMap(({ kind, uri, isUnchanged }): AsicFinding[] => (kind === 'detached' && !isUnchanged ? [{ code: 'file.changed', name: uriToName(uri) ?? uri.slice(0, 200) }] : []));
}
