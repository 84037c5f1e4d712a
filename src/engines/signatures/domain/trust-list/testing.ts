/** A trusted list for tests. */
import type { Certificate } from '../pki/certificate.ts';

const base = 'http://uri.etsi.org/TrstSvc';
export interface ListedStatus {
  readonly status: string;
  readonly from: Date;
  readonly withCertificate?: boolean;
}
const instance = ({ status, from, withCertificate = true }: ListedStatus, certificate: Certificate, type: string): string => `
  <ServiceTypeIdentifier>${base}/Svctype/${type}</ServiceTypeIdentifier>
  <ServiceName><Name xml:lang="en">Issuing authority</Name><Name xml:lang="vi">Cơ quan cấp</Name></ServiceName>
  <ServiceDigitalIdentity>${withCertificate ? `<DigitalId><X509Certificate>
    ${certificate.raw.toString('base64')}</X509Certificate></DigitalId>` : ''}<DigitalId><X509SubjectName>CN=x</X509SubjectName></DigitalId></ServiceDigitalIdentity>
  <ServiceStatus>${base}/TrustedList/Svcstatus/${status}</ServiceStatus>
  <StatusStartingTime>${from.toISOString()}</StatusStartingTime>`;
export interface ListedService {
  readonly current: ListedStatus;
  readonly past?: readonly ListedStatus[];
  /** Default CA/QC. */
  readonly type?: string;
  /** Signers of other lists to which this one points. */
  readonly pointers?: readonly { readonly territory: string; readonly certificate: Certificate }[];
  /** Default 7. */
  readonly sequenceNumber?: number;
  /** Default 1 May 2026. */
  readonly issuedAt?: Date;
}

const pointerText = ({ territory, certificate }: { readonly territory: string; readonly certificate: Certificate }): string =>
  `<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity><DigitalId><X509Certificate>${certificate.raw.toString('base64')}</X509Certificate></DigitalId></ServiceDigitalIdentity></ServiceDigitalIdentities><TSLLocation>https://example.vn/tsl.xml</TSLLocation><AdditionalInformation><OtherInformation><SchemeTerritory>${territory}</SchemeTerritory></OtherInformation></AdditionalInformation></OtherTSLPointer>`;

/** A list of one provider with one service. */
export function buildTrustedList(certificate: Certificate, { current, past = [], type = 'CA/QC', pointers = [], sequenceNumber = 7, issuedAt = new Date('2026-05-01T00:00:00Z') }: ListedService): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" TSLTag="http://uri.etsi.org/19612/TSLTag">
  <SchemeInformation>
    <TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>${String(sequenceNumber)}</TSLSequenceNumber>
    <SchemeOperatorName><Name xml:lang="vi">Trung tâm Chứng thực điện tử quốc gia</Name></SchemeOperatorName>
    <SchemeTerritory>VN</SchemeTerritory>
    ${pointers.length === 0 ? '' : `<PointersToOtherTSL>${pointers.map(pointerText).join('')}</PointersToOtherTSL>`}
    <ListIssueDateTime>${issuedAt.toISOString()}</ListIssueDateTime><NextUpdate><dateTime>2026-11-01T00:00:00Z</dateTime></NextUpdate>
  </SchemeInformation>
  <TrustServiceProviderList><TrustServiceProvider>
    <TSPInformation><TSPName><Name xml:lang="vi">Tổ chức A</Name></TSPName></TSPInformation>
    <TSPServices><TSPService>
      <ServiceInformation>${instance(current, certificate, type)}</ServiceInformation>
      ${past.length === 0 ? '' : `<ServiceHistory>${past.map((each) => `<ServiceHistoryInstance>${instance(each, certificate, type)}</ServiceHistoryInstance>`).join('')}</ServiceHistory>`}
    </TSPService></TSPServices>
  </TrustServiceProvider></TrustServiceProviderList>
</TrustServiceStatusList>`);
}
