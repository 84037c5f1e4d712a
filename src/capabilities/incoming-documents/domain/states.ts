/** The bare words of the contract, for screens too: a schema would bring its library into the browser. */
export const incomingStates = ['arrived', 'registered', 'submitted', 'assigned', 'in-process', 'reported', 'completed', 'refused', 'recalled', 'replaced'] as const;

export const urgencies = ['normal', 'urgent', 'very_urgent', 'flash'] as const;

/** What a list of documents can be narrowed to by the work about them. */
export const workFilters = ['to-register', 'to-instruct', 'main', 'cooperating', 'overdue', 'done'] as const;

/** What came of a document: a reply was issued, something else was done, or it was only to be known (để biết). */
export const results = ['answered', 'done', 'information'] as const;
