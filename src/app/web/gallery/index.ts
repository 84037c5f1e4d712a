import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

/** One page that shows every component in every state, for whoever builds or judges screens; no place in the rail. */
export const galleryModule = defineWebModule({
  name: 'gallery',
  messages: defineMessages({ vi: {}, en: {} }),
  places: [],
  routes: [{ path: '/bo-thanh-phan', bare: true, load: async () => (await import('./gallery-page.tsx')).GalleryPage }],
});
