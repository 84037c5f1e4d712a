/** What stands on the pages, before anybody decides where. All text is for people and in one language. */
export type PaperTone = 'good' | 'bad' | 'open';
export type PaperRow = readonly [label: string, value: string];

/** Figures under their headings: the first column names the row, the others are figures as they are written. The last line stands out. */
export type PaperTable = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly foot: readonly string[] };

export type PaperSection = {
  readonly heading: string;
  /** Colours the mark before the heading; the words say the same. */
  readonly tone?: PaperTone;
  readonly paragraphs?: readonly string[];
  readonly rows?: readonly PaperRow[];
  readonly table?: PaperTable;
};

export type ReportPaper = {
  readonly language: 'vi' | 'en';
  /** Across for wide tables; upright unless told. */
  readonly turned?: boolean;
  readonly title: string;
  /** The verdict in one sentence, in the box on top. */
  readonly verdict: string;
  readonly tone: PaperTone;
  /** Under the verdict: why, and what to do. */
  readonly lead: readonly string[];
  readonly sections: readonly PaperSection[];
  /** At the foot of each page, such as who made the report by which rules. */
  readonly footer: string;
  /** `Trang {page}/{pages}`. */
  readonly pageLabel: string;
  readonly madeAt: Date;
};
