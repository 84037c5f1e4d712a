/** Providers that anybody gets an address from: 68/2024/NĐ-CP, notes of its forms, wants an address that a state agency gave. */
const PUBLIC_PROVIDERS = new Set(['gmail', 'googlemail', 'yahoo', 'ymail', 'hotmail', 'outlook', 'live', 'msn', 'icloud', 'me', 'proton', 'protonmail', 'mail', 'zoho', 'gmx', 'yandex', 'aol']);

/** Whether an address may stand in a form of the decree: not one of a provider that serves the public. */
export function isOfficialMail(address: string): boolean {
  const [provider = '', ...rest] = address.slice(address.lastIndexOf('@') + 1).toLowerCase().split('.');
  // yahoo.com.vn as well as yahoo.com; mail.tinh.gov.vn is an agency's own
  return !(PUBLIC_PROVIDERS.has(provider) && !rest.includes('gov') && rest.length <= 2);
}
