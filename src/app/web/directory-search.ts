import BookUser from 'lucide-react/icons/book-user';
import type { z } from 'zod';
import type { agencyList } from '#capabilities/accounts/contract.ts';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { agencies: 'Cơ quan trong danh bạ' }, en: { agencies: 'Agencies in the directory' } });

/** Lets the command palette find agencies of the directory. */
export const directorySearch = defineWebModule({
  name: 'directory-search',
  messages,
  places: [],
  routes: [],
  finds: [
    {
      label: 'agencies',
      icon: BookUser,
      url: '/api/v1/accounts/agencies',
      query: (text) => ({ text, limit: 6 }),
      // safe because the address answers with the contract's list
      pick: (reply) => (reply as z.infer<typeof agencyList>).agencies.map(({ id, name, code, abbreviation }) => ({ id, path: `/danh-ba/${id}`, label: name, hint: code ?? abbreviation })),
    },
  ],
});
