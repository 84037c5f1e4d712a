import type { WebModule } from '#ui/web-module.ts';
import { accountsWeb } from '#capabilities/accounts/web/index.tsx';
import { auditTrailWeb } from '#capabilities/audit-trail/web/index.tsx';
import { certificatesWeb } from '#capabilities/certificates/web/index.tsx';
import { remoteSigningWeb } from '#capabilities/remote-signing/web/index.tsx';
import { exchangePartnersWeb } from '#capabilities/exchange-partners/web/index.tsx';
import { exchangeDeskWeb } from '#capabilities/exchange-desk/web/index.tsx';
import { guestOfficesWeb } from '#capabilities/guest-offices/web/index.tsx';
import { incomingDocumentsWeb } from '#capabilities/incoming-documents/web/index.tsx';
import { myWorkWeb } from '#capabilities/my-work/web/index.tsx';
import { outgoingDocumentsWeb } from '#capabilities/outgoing-documents/web/index.tsx';
import { directorySearch } from './directory-search.ts';
import { galleryModule } from './gallery/index.ts';

/** What the workplace is made of: one entry for each capability's `web/index.tsx`. */
export const webModules: readonly WebModule[] = [myWorkWeb, incomingDocumentsWeb, outgoingDocumentsWeb, exchangeDeskWeb, exchangePartnersWeb, guestOfficesWeb, certificatesWeb, auditTrailWeb, remoteSigningWeb, accountsWeb, directorySearch, galleryModule];
