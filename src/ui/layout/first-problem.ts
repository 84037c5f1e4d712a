import { useEffect, type RefObject } from 'react';

const WRONG = '[aria-invalid="true"], .lt-file-drop__zone[data-invalid] button';

/** After a form was refused the focus stands in the first field with a problem, so that it is seen and read aloud, also on a phone; what was refused as a whole comes into view. */
export function useFirstProblem(form: RefObject<HTMLFormElement | null>, problem: unknown): void {
  useEffect(() => {
    if (problem === undefined || problem === null) return;
    const first = form.current?.querySelector<HTMLElement>(WRONG);
    const seen = first === undefined || first === null ? form.current?.querySelector('.lt-banner--danger') : first.closest('.lt-field, .lt-file-drop');
    seen?.scrollIntoView({ block: 'nearest' });
    first?.focus({ preventScroll: true });
  }, [form, problem]);
}
