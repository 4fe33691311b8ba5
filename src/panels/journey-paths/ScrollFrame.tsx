import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

import { testIds } from '../../components/test-ids';
import { getPathsStyles } from './paths-styles';

interface Props {
  box: React.RefObject<HTMLDivElement | null>;
  width: number;
  /** Width of what is in it. */
  content: number;
  scrolls: boolean;
  children: React.ReactNode;
}

/** Where steps have too little room they are scrolled; a fading edge says on which side there are more. */
export function ScrollFrame({ box, width, content, scrolls, children }: Props) {
  const styles = useStyles2(getPathsStyles);
  const [hidden, setHidden] = useState({ left: false, right: false });
  const look = () => {
    const { scrollLeft = 0, clientWidth = width } = box.current ?? {};
    const now = { left: scrolls && scrollLeft > 1, right: scrolls && scrollLeft + clientWidth < content - 1 };
    setHidden((before) => (before.left === now.left && before.right === now.right ? before : now));
  };
  useEffect(look);
  return (
    <div className={styles.frame} style={{ width }}>
      <div ref={box} className={styles.scroll} style={{ width }} onScroll={look} data-testid={testIds.paths.scroll}>
        {children}
      </div>
      {hidden.left && <div className={styles.fadeLeft} />}
      {hidden.right && <div className={styles.fadeRight} />}
    </div>
  );
}
