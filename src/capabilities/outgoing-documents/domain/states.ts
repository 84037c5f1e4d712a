/** The bare words of the contract, for screens too: a schema would bring its library into the browser. */
export const urgencies = ['normal', 'urgent', 'very_urgent', 'flash'] as const;

export const outgoingStates = ['draft', 'initialling', 'submitted', 'returned', 'signed', 'numbered', 'sealed', 'issued', 'recalled', 'replaced', 'withdrawn'] as const;

/** What initials look like on the page: the person's signature in half its size, the letters of the name, or nothing. */
export const initialsLooks = ['image', 'text', 'none'] as const;

/** The formulas of 30/2020/NĐ-CP Art. 13 in which somebody signs for another. */
export const signingFormulas = ['TM', 'KT', 'TL', 'TUQ', 'Q'] as const;

/** Documents that are signed in one go at most. */
export const BATCH_SIZE = 50;
