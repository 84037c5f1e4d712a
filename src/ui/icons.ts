import type { ComponentType, SVGProps } from 'react';

/** An icon: `import Inbox from 'lucide-react/icons/inbox'`, one file each, so that only these travel to the browser. */
export type Icon = ComponentType<SVGProps<SVGSVGElement> & { size?: string | number }>;
