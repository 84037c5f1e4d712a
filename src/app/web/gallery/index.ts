import Shapes from 'lucide-react/icons/shapes';
import { defineMessages } from '#ui/i18n.ts';
import { defineWebModule } from '#ui/web-module.ts';

const messages = defineMessages({ vi: { gallery: 'Bộ thành phần' }, en: { gallery: 'Components' } });

/** One page that shows every component in every state. */
export const galleryModule = defineWebModule({
  name: 'gallery',
  messages,
  places: [{ id: 'gallery', path: '/bo-thanh-phan', label: 'gallery', icon: Shapes, shortcut: 'b', order: 900, ability: 'design.read' }],
  routes: [{ path: '/bo-thanh-phan', bare: true, load: () => import('./gallery-page.tsx').then((module) => module.GalleryPage) }],
});
