import type { ReactNode } from 'react';
import { defineMessages, useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { Partner } from './words.ts';

const messages = defineMessages({ vi: { technical: 'Mã kỹ thuật: {raw}' }, en: { technical: 'Technical code: {raw}' } });

/** Why a call failed and what to do; the code of the network beside it for the expert, the whole of what the machine said on hover. */
export function TroubleText({ failure: { problem, trouble } }: { failure: Pick<Partner['line'], 'problem' | 'trouble'> }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  if (trouble === null) return problem;
  const said = language === 'vi' ? { why: trouble.vi, fix: trouble.fixVi } : { why: trouble.en, fix: trouble.fixEn };
  return (
    <span title={problem ?? undefined}>
      {`${said.why.charAt(0).toLocaleUpperCase(language)}${said.why.slice(1)}. ${said.fix}`} <span className="lt-quiet">{t('technical', { raw: trouble.raw })}</span>
    </span>
  );
}
