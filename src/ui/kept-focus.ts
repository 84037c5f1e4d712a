/**
 * When what has the focus is taken away, such as a button whose step is done, a row that is settled, or “Thử lại” once the thing came, the
 * focus stays in the place where it stood and so in what came there, instead of falling back to the top of the page. What takes the
 * focus by itself keeps it. Returns the function that stops it.
 */
export function keepFocus(main: HTMLElement): () => void {
  let path: readonly HTMLElement[] = [];
  const remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement)) return;
    if (main.contains(target)) path = pathTo(main, target);
    // A dialog gives the focus back; who goes to the rail has left.
    else if (target.closest('.lt-workplace') !== null) path = [];
  };
  const settle = (): void => {
    const [last, ...around] = path;
    if (document.activeElement !== document.body || last === undefined || last.isConnected) return;
    const place = around.find(({ isConnected }) => isConnected);
    path = [];
    if (place !== undefined) focusOn(place);
  };
  const observer = new MutationObserver(settle);
  document.addEventListener('focusin', remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', remember);
    observer.disconnect();
  };
}

/** Whether nothing that can be used has the focus: it is on the page, or on a place that keeps it. */
export function isFocusFree(): boolean {
  return document.activeElement === document.body || document.activeElement?.hasAttribute(KEEPS) === true;
}

const KEEPS = 'data-keeps-focus';

function pathTo(main: HTMLElement, element: HTMLElement): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let each: HTMLElement | null = element; each !== null; each = each === main ? null : each.parentElement) path.push(each);
  return path;
}

/** A place that takes no focus of its own takes it this once: otherwise every press beside a control would put it there. */
function focusOn(place: HTMLElement): void {
  const isOwn = place.hasAttribute('tabindex');
  const leave = (): void => {
    place.removeAttribute(KEEPS);
    if (!isOwn) place.removeAttribute('tabindex');
  };
  if (!isOwn) place.tabIndex = -1;
  place.setAttribute(KEEPS, '');
  place.addEventListener('blur', leave, { once: true });
  place.focus({ preventScroll: true });
}
