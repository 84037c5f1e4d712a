import FileBadge from 'lucide-react/icons/file-badge';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';
import type { certificateList } from '../contract.ts';
import type { z } from 'zod';

const messages = defineMessages({ vi: { place: 'Chứng thư số', short: 'Chứng thư' }, en: { place: 'Certificates', short: 'Certificates' } });

export const certificatesWeb = defineWebModule({
  name: 'certificates',
  messages,
  places: [{ id: 'certificates', path: '/chung-thu-so', label: 'place', short: 'short', icon: FileBadge, shortcut: 'c', order: 55 }],
  finds: [
    {
      label: 'place',
      icon: FileBadge,
      url: '/api/v1/certificates',
      query: (text) => ({ text }),
      // safe because the address answers with the contract's list
      pick: (reply) =>
        (reply as z.infer<typeof certificateList>).rows.map((row) => ({ id: row.id, path: `/chung-thu-so/${row.agencyId}.${row.id}`, label: row.holderName, hint: `${row.issuerName} · ${row.agencyName}` })),
    },
  ],
  routes: [
    {
      path: '/chung-thu-so',
      load: async () => (await import('./certificates-page.tsx')).CertificatesPage,
      children: [{ path: '$id', load: async () => (await import('./certificate-detail.tsx')).CertificateDetailPage }],
    },
    {
      path: '/de-nghi-chung-thu',
      load: async () => (await import('./requests-page.tsx')).RequestsPage,
      children: [{ path: '$id', load: async () => (await import('./request-detail.tsx')).RequestDetailPage }],
    },
    {
      path: '/chung-thu-goc',
      load: async () => (await import('./trust-page.tsx')).TrustPage,
      children: [{ path: '$id', load: async () => (await import('./trust-detail.tsx')).TrustDetailPage }],
    },
    { path: '/danh-sach-tin-cay', load: async () => (await import('./trusted-lists-page.tsx')).TrustedListsPage },
    { path: '/ban-luu-lau-dai', load: async () => (await import('./copies-page.tsx')).CopiesPage },
    { path: '/thong-ke-chung-thu', load: async () => (await import('./statistics-page.tsx')).StatisticsPage },
  ],
});
