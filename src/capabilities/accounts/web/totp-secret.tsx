import qrcode from 'qrcode-generator';
import { useMemo, type ReactNode } from 'react';
import { Details } from '#ui/layout/details.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import type { TotpSecret } from '../contract.ts';
import './accounts.css';

const messages = defineMessages({
  vi: { picture: 'Mã QR để cài ứng dụng xác thực', byHand: 'Không quét được? Nhập khóa này' },
  en: { picture: 'QR code for the authenticator', byHand: 'Cannot scan? Enter this key' },
});

/** The secret as a QR code, and in letters for who cannot scan. */
export function TotpSecretView({ secret }: { secret: TotpSecret }): ReactNode {
  const t = useT(messages);
  const { size, path } = useMemo(() => drawing(secret.uri), [secret.uri]);
  return (
    <div className="lt-accounts-code">
      <svg className="lt-accounts-code__qr" viewBox={`0 0 ${String(size)} ${String(size)}`} role="img" aria-label={t('picture')} shapeRendering="crispEdges">
        <path d={path} fill="currentColor" />
      </svg>
      <Details columns={1} items={[{ label: t('byHand'), value: <code className="lt-accounts-code__key">{secret.secret.replace(/(.{4})/g, '$1 ').trim()}</code> }]} />
    </div>
  );
}

const MARGIN = 4;

/** One square a dark module, in one path. */
function drawing(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  const squares: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) squares.push(`M${String(column + MARGIN)} ${String(row + MARGIN)}h1v1h-1z`);
    }
  }
  return { size: count + 2 * MARGIN, path: squares.join('') };
}
