import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, useRouter, useRouterState, type AnyRoute } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { NavigationProvider, type Navigation, type Search } from '#ui/navigation.tsx';
import type { WebModule, WebRoute } from '#ui/web-module.ts';
import { loadScreen } from './load-screen.ts';
import { RouteFailed, RouteMissing, RoutePending } from './shell/route-states.tsx';
import { Workplace } from './shell/workplace.tsx';
import { StartPage } from './shell/start-page.tsx';

const base = '/app';

/** Builds the routes from the modules; each screen's code is loaded when it is first needed. */
export function createWorkplaceRouter(modules: readonly WebModule[]) {
  const root = createRootRoute({ component: Root, notFoundComponent: RouteMissing });
  const workplace = createRoute({ getParentRoute: () => root, id: 'workplace', component: () => <Workplace modules={modules} /> });
  const start = createRoute({ getParentRoute: () => workplace, path: '/', component: () => <StartPage modules={modules} /> });
  const routes = modules.flatMap((module) => module.routes);
  const inside = routes.filter((route) => route.bare !== true).map((route) => addRoute(route, workplace));
  const bare = routes.filter((route) => route.bare === true).map((route) => addRoute(route, root));
  return createRouter({
    routeTree: root.addChildren([workplace.addChildren([start, ...inside]), ...bare]),
    basepath: base,
    defaultPreload: 'intent',
    defaultPendingComponent: RoutePending,
    defaultPendingMs: 150,
    defaultErrorComponent: RouteFailed,
    defaultNotFoundComponent: RouteMissing,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch,
  });
}

function addRoute(route: WebRoute, parent: AnyRoute): AnyRoute {
  const { path, load, children } = route;
  const created: AnyRoute = createRoute({
    getParentRoute: () => parent,
    path,
    component: lazyRouteComponent(async () => ({ default: await loadScreen(load) })),
  });
  if (children !== undefined) created.addChildren(children.map((child) => addRoute(child, created)));
  return created;
}

function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function Root(): ReactNode {
  const navigation = useRouterNavigation();
  return (
    <NavigationProvider navigation={navigation}>
      <Outlet />
    </NavigationProvider>
  );
}

function useRouterNavigation(): Navigation {
  const router = useRouter();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const searchText = useRouterState({ select: (state) => state.location.searchStr });
  const paramsText = useRouterState({ select: (state) => JSON.stringify(state.matches.at(-1)?.params ?? {}) });
  return useMemo(() => {
    const search: Search = Object.fromEntries(new URLSearchParams(searchText));
    return {
      path,
      search,
      // safe because the router's params are always strings by name
      params: JSON.parse(paramsText) as Record<string, string>,
      navigate: (to, options) => void router.navigate({ ...splitTarget(to), replace: options?.replace ?? false }),
      setSearch: (change, options) => {
        const next = { ...Object.fromEntries(new URLSearchParams(router.state.location.searchStr)), ...change };
        void router.navigate({ to: router.state.location.pathname, search: next, replace: options?.push !== true });
      },
      hrefFor: (to) => base + to,
      preload: (to) => void router.preloadRoute(splitTarget(to)).catch(() => undefined), // the click itself reports what fails
      Outlet,
    };
  }, [router, path, searchText, paramsText]);
}

function splitTarget(to: string): { to: string; search: Record<string, string> } {
  const [path = '/', query = ''] = to.split('?');
  return { to: path, search: Object.fromEntries(new URLSearchParams(query)) };
}
