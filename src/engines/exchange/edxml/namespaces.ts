/** Namespaces in which messages come, and the one that is right. */

export const namespaceUris = {
  /** QCVN 102:2016/BTTTT. */
  qcvn: 'http://www.mic.gov.vn/TBT/QCVN_102_2016',
  /** Bkav's older schema. */
  eDocSchema: 'http://www.e-doc.vn/Schema/',
  /** A public implementation used it until an axis refused it. */
  goVn: 'http://www.go.vn/eDoc',
} as const;

export type WrittenNamespace = keyof typeof namespaceUris;
export type NamespaceVariant = WrittenNamespace | 'none' | 'other';

export function namespaceVariantOf(uri: string): NamespaceVariant {
  if (uri === '') return 'none';
  const withoutSlash = uri.replace(/\/+$/, '').toLowerCase();
  if (withoutSlash === namespaceUris.qcvn.toLowerCase()) return 'qcvn';
  if (withoutSlash === 'http://www.e-doc.vn/schema') return 'eDocSchema';
  return withoutSlash === namespaceUris.goVn.toLowerCase() ? 'goVn' : 'other';
}

export const dsigNamespace = 'http://www.w3.org/2000/09/xmldsig#';
export const xlinkNamespace = 'http://www.w3.org/1999/xlink';
