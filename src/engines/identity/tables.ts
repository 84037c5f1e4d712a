import type { Selectable } from 'kysely';
import type { Tables } from './tables.gen.ts';

export type { Tables };

/** A row as it is read. */
export type Row<Name extends keyof Tables> = Selectable<Tables[Name]>;

/** With what a person proved who they are. */
export type Factors = Row<'identity.session'>['factors'];
