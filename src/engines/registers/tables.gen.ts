// Generated from the migrations by `npm run generate`. Do not edit.
export type CounterRow = {
  agency_id: string;
  register_id: string;
  year: number;
  last_number: number;
};

export type DocumentTypeRow = {
  code: string;
  name: string;
  abbreviation: string | null;
  ordinal: number;
  valid_from: string;
  valid_to: string | null;
  legal_basis: string;
};

export type RegisterRow = {
  agency_id: string;
  id: string;
  kind: 'outgoing' | 'incoming' | 'copy';
  name: string;
  is_default: boolean;
  opened_on: string;
  closed_on: string | null;
};

export type Tables = {
  'registers.counter': CounterRow;
  'registers.document_type': DocumentTypeRow;
  'registers.register': RegisterRow;
};
