import { createContext, useContext, useMemo, type AnchorHTMLAttributes, type ComponentType, type MouseEvent, type ReactNode, type Ref } from 'react';

export type Search = Readonly<Record<string, string>>;

export type Navigation = {
  /** The present place inside the workplace, such as `/van-ban-den/0196…`. */
  path: string;
  /** Values of `$name` in the path of the present route and of its parents. */
  params: Readonly<Record<string, string>>;
  search: Search;
  navigate: (to: string, options?: { replace?: boolean }) => void;
  /** Changes some values in the address; undefined or '' removes one. Replaces the history entry unless told. */
  setSearch: (change: Readonly<Record<string, string | undefined>>, options?: { push?: boolean }) => void;
  /** The address that a browser needs for a place, with the base of the workplace in front. */
  hrefFor: (to: string) => string;
  /** Loads the code of a place ahead of the click. */
  preload: (to: string) => void;
  /** Where a route with children shows the present child. */
  Outlet: ComponentType;
};

const NavigationContext = createContext<Navigation | undefined>(undefined);

export function NavigationProvider({ navigation, children }: { navigation: Navigation; children: ReactNode }): ReactNode {
  return <NavigationContext.Provider value={navigation}>{children}</NavigationContext.Provider>;
}

export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === undefined) throw new Error('useNavigation needs a NavigationProvider above it');
  return navigation;
}

/** One value of the path, such as `useParam('id')` under the route `/van-ban-den/$id`. */
export function useParam(name: string): string | undefined {
  return useNavigation().params[name];
}

/** Filters that live in the address: `const [filters, setFilters] = useSearch()`. */
export function useSearch(): [Search, Navigation['setSearch']] {
  const { search, setSearch } = useNavigation();
  return useMemo(() => [search, setSearch], [search, setSearch]);
}

/** The present child of a route that has children, such as a detail beside its list. */
export function Outlet(): ReactNode {
  const { Outlet: Child } = useNavigation();
  return <Child />;
}

export type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** A place inside the workplace, such as `/van-ban-den`. */
  to: string;
  ref?: Ref<HTMLAnchorElement> | undefined;
};

/** A link inside the workplace: a real address, opened without loading the page again. */
export function Link({ to, onClick, onPointerEnter, ...rest }: LinkProps): ReactNode {
  const { hrefFor, navigate, preload } = useNavigation();
  return (
    <a
      {...rest}
      href={hrefFor(to)}
      onPointerEnter={(event) => {
        onPointerEnter?.(event);
        preload(to);
      }}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || opensElsewhere(event)) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}

function opensElsewhere(event: MouseEvent<HTMLAnchorElement>): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.currentTarget.target === '_blank';
}
