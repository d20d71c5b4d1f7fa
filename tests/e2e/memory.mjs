// Memory of a browser, for benches.
import { spawnSync } from 'node:child_process';

/** Resident memory of a process, if it is not this one, and all below it, MB. */
export const memory = root => {
  const lines = spawnSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const all = lines.map(line => line.trim().split(/\s+/).map(Number));
  const inside = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, parent] of all) if (inside.has(parent) && !inside.has(pid)) grew = inside.add(pid) && true;
  }
  inside.delete(process.pid);
  return all.filter(([pid]) => inside.has(pid)).reduce((sum, [, , rss]) => sum + rss, 0) / 1024;
};
