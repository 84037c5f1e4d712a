import type { ReactNode } from 'react';
import { Banner } from '#ui/feedback/banner.tsx';
import { useLanguage } from '#ui/i18n.ts';
import { VerdictCard } from '#ui/signatures/verdict-card.tsx';
import type { FileVerdict, SignatureVerdict } from '#ui/signatures/verdict.ts';

type Wording = { vi: string; en: string };
type Finding = { text: Wording; todo: Wording };

/** The stored report as the server sends it: a verdict with its words in both languages. */
export type Report = Omit<FileVerdict, 'indication' | 'signatures'> & {
  indication: FileVerdict['indication'] | 'UNSIGNED' | 'UNREADABLE';
  validatedAt: string;
  isBeingMadeAnew: boolean;
  problem: Finding | null;
  signatures: (Omit<SignatureVerdict, 'findings'> & { problems: Finding[] })[];
};

/** A report as a card, or why the file could not be read. */
export function ReportCard({ report: { indication, problem, signatures, ...rest } }: { report: Report }): ReactNode {
  const { language } = useLanguage();
  if (problem !== null) {
    return (
      <Banner tone="danger" title={problem.text[language]}>
        {problem.todo[language]}
      </Banner>
    );
  }
  const verdict: FileVerdict = {
    ...rest,
    indication: indication === 'UNSIGNED' || indication === 'UNREADABLE' ? 'INDETERMINATE' : indication,
    signatures: signatures.map(({ problems, ...signature }) => ({
      ...signature,
      findings: problems.map(({ text, todo }) => ({ text: text[language], todo: todo[language] })),
    })),
  };
  return <VerdictCard verdict={verdict} />;
}
