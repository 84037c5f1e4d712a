import { useState, type ReactNode } from 'react';
import { CodeField } from '#ui/signatures/code-field.tsx';
import { VerdictCard } from '#ui/signatures/verdict-card.tsx';
import type { FileVerdict, SignatureVerdict } from '#ui/signatures/verdict.ts';

const good: SignatureVerdict = {
  signer: 'Nguyễn Anh Tuấn',
  organization: 'Sở Nội vụ tỉnh Thanh Hóa',
  issuer: 'CA phục vụ các cơ quan Nhà nước G2',
  role: 'person',
  signingTime: '2026-03-05T01:20:00Z',
  timeSource: 'timestamp',
  algorithm: 'RSA 2048, SHA-256',
  level: 'B-T',
  indication: 'TOTAL-PASSED',
  subIndication: null,
  coversWholeFile: false,
  changesAfter: 'permitted',
  revocation: { status: 'good' },
};
const seal: SignatureVerdict = { ...good, signer: 'Sở Nội vụ tỉnh Thanh Hóa', role: 'agency', signingTime: '2026-03-05T01:42:00Z', coversWholeFile: true, changesAfter: 'none' };

const verdicts: readonly (FileVerdict & { id: string })[] = [
  { id: 'good', indication: 'TOTAL-PASSED', subIndication: null, signatures: [good, seal], validatedAt: '2026-03-05T01:43:00Z' },
  {
    id: 'doubtful',
    indication: 'INDETERMINATE',
    subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    signatures: [{ ...seal, indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', timeSource: 'claimed', revocation: { status: 'unknown' }, findings: [{ text: 'Chưa có chứng thư gốc của nơi cấp trong danh sách tin cậy.', todo: 'Quản trị viên thêm chứng thư gốc rồi kiểm tra lại.' }] }],
  },
  {
    id: 'bad',
    indication: 'TOTAL-FAILED',
    subIndication: 'HASH_FAILURE',
    signatures: [{ ...good, indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', changesAfter: 'forbidden', findings: [{ text: 'Tệp đã bị thay đổi sau khi ký.', todo: 'Đề nghị nơi gửi gửi lại đúng tệp đã ký.' }] }],
    flags: [{ kind: 'javascript' }],
  },
  { id: 'none', indication: 'INDETERMINATE', subIndication: 'SIGNATURE_NOT_FOUND', signatures: [] },
];

export function VerdictSamples(): ReactNode {
  return (
    <>
      <div className="gallery-row">
        {verdicts.map(({ id, ...verdict }) => (
          <VerdictCard key={id} verdict={verdict} compact />
        ))}
      </div>
      <div className="gallery-two">
        {verdicts.map(({ id, ...verdict }) => (
          <VerdictCard key={id} verdict={verdict} />
        ))}
      </div>
      <div className="gallery-two">
        <CodeSample kind="online" />
        <CodeSample kind="offline" />
      </div>
    </>
  );
}

function CodeSample({ kind }: { kind: 'online' | 'offline' }): ReactNode {
  const [code, setCode] = useState('');
  return <CodeField kind={kind} service="Ký số từ xa" value={code} onChange={setCode} send={() => Promise.resolve({ againAfterSeconds: 60, challenge: null })} />;
}
