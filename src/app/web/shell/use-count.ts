import { useQuery } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import type { CountSource } from '#ui/web-module.ts';

/** The number beside a place, kept live; undefined until it is known. Whoever asks for the same address shares one request. */
export function useCount(source: CountSource): number | undefined {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['count', source.url],
    queryFn: ({ signal }) => api.get<unknown>(source.url, { signal }),
    meta: { topics: source.topics },
    refetchInterval: source.everyMs ?? false,
  });
  return data === undefined ? undefined : source.pick(data);
}
