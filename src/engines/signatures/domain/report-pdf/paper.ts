/** What stands on the pages, before anybody decides where. All text is for people and in one language. */
export type PaperTone = 'good' | 'bad' | 'open';
export type PaperRow = readonly [label: string, value: string];

export type PaperSection = {
  readonly heading: string;
  /** Colours the mark before the heading; the words say the same. */
  readonly tone?: PaperTone;
  readonly paragraphs?: readonly string[];
  readonly rows?: readonly PaperRow[];
};

export type ReportPaper = {
  readonly language: 'vi' | 'en';
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
