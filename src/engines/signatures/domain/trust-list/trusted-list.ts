/**
 * Trusted lists of ETSI TS 119 612: who a state or a scheme operator says may be trusted, for what and since when. The signature of the list is
 * checked by `readSignedList`.
 */
import { parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import type { TrustPeriod } from '../validation/trust-store.ts';
import { XmlError } from '../xml/errors.ts';
import { childElements, textOf } from '../xml/events.ts';
import type { XmlDocument, XmlElement } from '../xml/events.ts';
import { readXml } from '../xml/reader.ts';
import { TrustedListError } from './errors.ts';

export interface TrustedList {
  readonly version: number;
  readonly sequenceNumber: number;
  readonly operator: string;
  readonly territory: string;
  readonly issuedAt: Date;
  /** When the next list comes at the latest; undefined for a list that was closed. */
  readonly nextUpdate: Date | undefined;
  readonly services: readonly TrustedService[];
  /** Other lists, by the certificates that may sign them. */
  readonly pointers: readonly ListPointer[];
}

export interface ListPointer {
  readonly territory: string | undefined;
  readonly certificates: readonly Certificate[];
}

export interface TrustedService {
  readonly provider: string;
  readonly name: string;
  /** The last part of the service type's address: `CA/QC`, `CA/PKC`, `TSA/QTST`… */
  readonly type: string;
  readonly certificates: readonly Certificate[];
  /** From the oldest to the newest; each status holds until the next one begins. */
  readonly history: readonly ServiceStatus[];
}

export interface ServiceStatus {
  /** The last part of the status' address: `granted`, `withdrawn`… */
  readonly status: string;
  readonly from: Date;
  readonly certificates: readonly Certificate[];
}

const listNamespace = 'http://uri.etsi.org/02231/v2#';
const maxServices = 20_000;

/** Reads a list. Throws TrustedListError. */
export function readTrustedList(xml: Uint8Array): TrustedList {
  const document = openXml(xml);
  const { root } = document;
  if (root.local !== 'TrustServiceStatusList' || root.namespace !== listNamespace) throw new TrustedListError('trustedList.notAList', root.name);
  const part = partsOf(document);
  const scheme = part.one(root, 'SchemeInformation');
  const version = Number(part.text(scheme, 'TSLVersionIdentifier'));
  if (version !== 5 && version !== 6) throw new TrustedListError('trustedList.notAList', `version ${version}`);
  const providers = part.all(part.maybe(root, 'TrustServiceProviderList'), 'TrustServiceProvider');
  const services = providers.flatMap((provider) => readProvider(part, provider));
  if (services.length > maxServices) throw new TrustedListError('trustedList.incomplete', 'too many services');
  const next = part.maybe(part.maybe(scheme, 'NextUpdate'), 'dateTime');
  return {
    version,
    sequenceNumber: sequenceNumberOf(part.text(scheme, 'TSLSequenceNumber')),
    operator: part.name(part.one(scheme, 'SchemeOperatorName')),
    territory: part.text(scheme, 'SchemeTerritory'),
    issuedAt: instantOf(part.text(scheme, 'ListIssueDateTime')),
    nextUpdate: next && instantOf(textOf(document, next)),
    services,
    pointers: part.all(part.maybe(scheme, 'PointersToOtherTSL'), 'OtherTSLPointer').map((pointer) => readPointer(part, pointer)),
  };
}

function openXml(xml: Uint8Array): XmlDocument {
  try {
    return readXml(xml);
  } catch (error) {
    if (error instanceof XmlError) throw new TrustedListError('trustedList.notXml', error.code, { cause: error });
    throw error;
  }
}

interface Parts {
  all(parent: XmlElement | undefined, local: string): XmlElement[];
  maybe(parent: XmlElement | undefined, local: string): XmlElement | undefined;
  one(parent: XmlElement, local: string): XmlElement;
  text(parent: XmlElement, local: string): string;
  /** Of several languages Vietnamese, then English, then the first. */
  name(parent: XmlElement): string;
  content(element: XmlElement): string;
}

function partsOf(document: XmlDocument): Parts {
  const content = (element: XmlElement): string => textOf(document, element).trim();
  const all = (parent: XmlElement | undefined, local: string): XmlElement[] =>
    parent === undefined ? [] : childElements(document, parent).filter((each) => each.local === local && each.namespace === listNamespace);
  const maybe = (parent: XmlElement | undefined, local: string): XmlElement | undefined => all(parent, local)[0];
  const one = (parent: XmlElement, local: string): XmlElement => {
    const found = maybe(parent, local);
    if (found === undefined) throw new TrustedListError('trustedList.incomplete', `${parent.local} without ${local}`);
    return found;
  };
  const name = (parent: XmlElement): string => {
    const names = all(parent, 'Name');
    const inLanguage = (language: string) => names.find((each) => each.attributes.some((attribute) => attribute.name === 'xml:lang' && attribute.value === language));
    const chosen = inLanguage('vi') ?? inLanguage('en') ?? names[0];
    return chosen ? content(chosen) : '';
  };
  return { all, maybe, one, content, name, text: (parent, local) => content(one(parent, local)) };
}

function readProvider(part: Parts, provider: XmlElement): TrustedService[] {
  const name = part.name(part.one(part.one(provider, 'TSPInformation'), 'TSPName'));
  return part.all(part.one(provider, 'TSPServices'), 'TSPService').map((service): TrustedService => {
    const current = part.one(service, 'ServiceInformation');
    const past = part.all(part.maybe(service, 'ServiceHistory'), 'ServiceHistoryInstance');
    const certificates = readCertificates(part, current);
    const history = [current, ...past].map((instance) => {
      const own = readCertificates(part, instance);
      // History may name a service by subject and key identifier alone.
      return { status: lastPart(part.text(instance, 'ServiceStatus')), from: instantOf(part.text(instance, 'StatusStartingTime')), certificates: own.length > 0 ? own : certificates };
    });
    return {
      provider: name,
      name: part.name(part.one(current, 'ServiceName')),
      type: typeOf(part.text(current, 'ServiceTypeIdentifier')),
      certificates,
      history: history.sort((a, b) => a.from.getTime() - b.from.getTime()),
    };
  });
}

function readPointer(part: Parts, pointer: XmlElement): ListPointer {
  const identities = part.all(part.maybe(pointer, 'ServiceDigitalIdentities'), 'ServiceDigitalIdentity');
  const stated = part.all(part.maybe(pointer, 'AdditionalInformation'), 'OtherInformation').flatMap((each) => part.all(each, 'SchemeTerritory'));
  const [territory] = stated;
  return { territory: territory && part.content(territory), certificates: identities.flatMap((identity) => certificatesIn(part, identity)) };
}

function readCertificates(part: Parts, instance: XmlElement): Certificate[] {
  return certificatesIn(part, part.maybe(instance, 'ServiceDigitalIdentity'));
}

function certificatesIn(part: Parts, identity: XmlElement | undefined): Certificate[] {
  return part.all(identity, 'DigitalId').flatMap((id) =>
    part.all(id, 'X509Certificate').flatMap((element) => {
      try {
        return [parseCertificate(Buffer.from(part.content(element), 'base64'))];
      } catch (error) {
        // A certificate that cannot be read can be nobody's anchor; the rest of the list stands.
        if (error instanceof PkiError) return [];
        throw error;
      }
    }),
  );
}

function typeOf(address: string): string {
  return /\/Svctype\/(.+)$/.exec(address)?.[1] ?? address;
}

function lastPart(address: string): string {
  return address.replace(/\/$/, '').split('/').at(-1) ?? address;
}

/** Goes up with each issue of a list and never back (TS 119 612 clause 5.3.2). */
function sequenceNumberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new TrustedListError('trustedList.incomplete', `no sequence number: ${text.slice(0, 40)}`);
  return Number(text);
}

function instantOf(text: string): Date {
  const instant = new Date(text.trim());
  if (Number.isNaN(instant.getTime())) throw new TrustedListError('trustedList.incomplete', `no instant: ${text.slice(0, 40)}`);
  return instant;
}

/** Services that issue certificates to signers, and those that stamp times (TS 119 612 clause 5.5.1). */
const anchorTypes = /^(?:CA\/(?:QC|PKC)|NationalRootCA-QC|TSA(?:\/.+)?)$/;

/**
 * Statuses under which a service may be trusted (TS 119 612 clause 5.5.4 and annex D.5.6, those of before July 2016 included). All others,
 * unknown ones too, end the trust.
 */
const trustedStatuses = new Set(['granted', 'recognisedatnationallevel', 'undersupervision', 'supervisionincessation', 'accredited', 'setbynationallaw']);

export interface ListedAnchors {
  readonly anchors: readonly Certificate[];
  readonly periods: readonly TrustPeriod[];
}

/** The anchors of a list, each with the periods for which the list trusts it. One that was never trusted is none. */
export function anchorsOf({ services }: TrustedList): ListedAnchors {
  const anchors = new Map<string, Certificate>();
  const periods: TrustPeriod[] = [];
  for (const { type, history } of services) {
    if (!anchorTypes.test(type)) continue;
    const isClock = type.startsWith('TSA');
    for (const [i, { status, from, certificates }] of history.entries()) {
      if (!trustedStatuses.has(status)) continue;
      for (const certificate of certificates) {
        anchors.set(certificate.fingerprint, certificate);
        periods.push({ fingerprint: certificate.fingerprint, from, until: history[i + 1]?.from, ...(isClock ? { only: 'timestamp' as const } : {}) });
      }
    }
  }
  return { anchors: [...anchors.values()], periods };
}
