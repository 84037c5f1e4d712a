import type { ReactNode } from 'react';
import { Select } from '#ui/controls/select.tsx';
import { useT } from '#ui/i18n.ts';
import { useSearch } from '#ui/navigation.tsx';
import { deskMessages } from './desk-messages.ts';
import { chosenMonths, monthOptions } from './months.ts';

/** From which month to which; kept in the address. */
export function MonthFields(): ReactNode {
  const t = useT(deskMessages);
  const [search, setSearch] = useSearch();
  const now = new Date();
  const { from, to } = chosenMonths(search, now);
  const options = monthOptions(now);
  return (
    <>
      <Select label={t('fromMonth')} value={from} options={options} onChange={(value) => setSearch({ tu: value, den: to < value ? value : to })} />
      <Select label={t('toMonth')} value={to} options={options} onChange={(value) => setSearch({ den: value, tu: value < from ? value : from })} />
    </>
  );
}
