/** What a post may do. The Vietnamese names stand in GLOSSARY.md. */
export const roles = ['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin', 'province_admin', 'auditor', 'guest'] as const;
export type Role = (typeof roles)[number];

/** Posts with one of these need a second factor and shorter sessions (TCVN 14423:2026, 5.6.2.4). */
const adminRoles = ['agency_admin', 'province_admin'] as const;

export function isAdministrator(held: readonly string[]): boolean {
  return adminRoles.some((role) => held.includes(role));
}

/** The formulas of NĐ 30/2020 Art. 13 in which somebody signs for another: thay mặt, ký thay, thừa lệnh, thừa ủy quyền, quyền. */
export const signingPowers = ['TM', 'KT', 'TL', 'TUQ', 'Q'] as const;
export type SigningPower = (typeof signingPowers)[number];

/** Roles whose authority may be handed on for a time: not the administration of accounts, nor the auditor's independence. */
export const delegableRoles: readonly Role[] = ['officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'clerk'];
