import { useState } from 'react';

/** A switch that the browser remembers, on until a person turns it off. */
export function useStoredSwitch(name: string): [boolean, (on: boolean) => void] {
  const [isOn, setOn] = useState(() => read(name) !== 'off');
  return [
    isOn,
    (on) => {
      setOn(on);
      write(name, on ? 'on' : 'off');
    },
  ];
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing forgets the switch, that is all.
  }
}
