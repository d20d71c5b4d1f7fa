// Memory of a browser, for benches.
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of a page of memory on x86-64. */
const PAGE = 4096;

/**
 * Resident memory of a process, if it is not this one, and all below it, MB. Read from the system itself: a program
 * started for it would take the processor from what is measured.
 */
export const memory = root => {
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(name => {
    try {
      // After the name in brackets: state, parent, and as the 22nd number the resident pages.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').pop().split(' ');
      return [[Number(name), Number(fields[1]), Number(fields[21])]];
    } catch {
      return []; // it has ended
    }
  });
  const inside = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, parent] of all) if (inside.has(parent) && !inside.has(pid)) grew = inside.add(pid) && true;
  }
  inside.delete(process.pid);
  return all.filter(([pid]) => inside.has(pid)).reduce((sum, [, , pages]) => sum + pages * PAGE, 0) / 2 ** 20;
};
