import { useMutation as useLibraryMutation, type MutationFunction, type UseMutationOptions, type UseMutationResult } from '@tanstack/react-query';
import { useLayoutEffect, useRef } from 'react';

export type MutationOptions<Reply, Problem, Variables, Context> = UseMutationOptions<Reply, Problem, Variables, Context> & { mutationFn: MutationFunction<Reply, Variables> };

/**
 * `useMutation` of the library, which sends what stands on the screen at the press: by itself it takes over what was drawn only a moment after it
 * is seen, and whoever presses in that moment, such as when the upload has just come to its end, would send what stood there before.
 */
export function useMutation<Reply = unknown, Problem = Error, Variables = void, Context = unknown>(options: MutationOptions<Reply, Problem, Variables, Context>): UseMutationResult<Reply, Problem, Variables, Context> {
  const latest = useRef(options.mutationFn);
  useLayoutEffect(() => {
    latest.current = options.mutationFn;
  });
  return useLibraryMutation({ ...options, mutationFn: (variables, context) => latest.current(variables, context) });
}
