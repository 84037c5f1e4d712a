/** The bare words of the contract, for screens too: a schema would bring its library into the browser. */
export const urgencies = ['normal', 'urgent', 'very_urgent', 'flash'] as const;

export const outgoingStates = ['draft', 'submitted', 'returned', 'signed', 'numbered', 'sealed', 'issued', 'withdrawn'] as const;
