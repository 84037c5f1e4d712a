/** Kinds of copies (30/2020/NĐ-CP Art. 25): sao y, of the whole of a master; sao lục, of the whole of a sao y; trích sao, of a part of a master. */
export const copyKinds = ['full', 'of-copy', 'extract'] as const;
export type CopyKind = (typeof copyKinds)[number];

/** What the agency has before it: a file that is a document itself, or paper, which is an original or master, or somebody's certified copy. */
export const copySources = ['electronic', 'master', 'certified-copy'] as const;
export type CopySource = (typeof copySources)[number];

export type Medium = 'electronic' | 'paper';

/** What a document of this medium can be. */
export function sourcesOf(medium: Medium): readonly CopySource[] {
  return medium === 'paper' ? ['master', 'certified-copy'] : ['electronic'];
}

/**
 * The electronic copies that the law knows of a source (Art. 25): a sao y goes from paper to electronic, never from electronic to
 * electronic, since the file itself is the original; a sao lục is made of a sao y on paper alone; an extract of any original or master.
 */
export function kindsOf(source: CopySource): readonly CopyKind[] {
  switch (source) {
    case 'electronic':
      return ['extract'];
    case 'master':
      return ['full', 'extract'];
    case 'certified-copy':
      return ['of-copy'];
  }
}

/** As the law writes the kind: on the copy itself (App. I, Part II.I.3), and in its notation (App. III.I). */
export const copyWords = {
  full: { mark: 'SAO Y', abbreviation: 'SY', vi: 'Sao y', en: 'Full copy' },
  'of-copy': { mark: 'SAO LỤC', abbreviation: 'SL', vi: 'Sao lục', en: 'Copy of a copy' },
  extract: { mark: 'TRÍCH SAO', abbreviation: 'TrS', vi: 'Trích sao', en: 'Extract' },
} as const;
