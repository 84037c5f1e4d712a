/** The bare words of the contract, for screens too: a schema would bring its library into the browser. */
export const incomingStates = ['arrived', 'registered', 'refused'] as const;

export const urgencies = ['normal', 'urgent', 'very_urgent', 'flash'] as const;
