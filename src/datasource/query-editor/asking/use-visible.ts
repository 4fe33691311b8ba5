import { type RefObject, useEffect, useState } from 'react';

/** Whether an element can be seen: on the screen, in a tab that is shown. */
export function useVisible(element: RefObject<Element | null>): boolean {
  const [inView, setInView] = useState(true);
  const [shown, setShown] = useState(() => document.visibilityState !== 'hidden');
  useEffect(() => {
    const onChange = () => setShown(document.visibilityState !== 'hidden');
    document.addEventListener('visibilitychange', onChange);
    const observer = new IntersectionObserver((entries) => setInView(entries[entries.length - 1].isIntersecting));
    if (element.current) {
      observer.observe(element.current);
    }
    return () => {
      document.removeEventListener('visibilitychange', onChange);
      observer.disconnect();
    };
  }, [element]);
  return inView && shown;
}
