import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { until } from './companion';

/** A disk that can be filled, or whose power can be cut. */
export interface Disk {
  /** Where it is mounted. */
  path: string;
  /** Unmounts it and takes it away. */
  remove(): void;
}

/** The program that asks for the shutdown of ext4: `EXT4_IOC_SHUTDOWN`, without flushing its log. */
const SHUTDOWN = `
use Fcntl; sysopen(my $root, $ARGV[0], O_RDONLY) or die "open: $!"; my $how = pack("L", 2);
ioctl($root, 0x8004587d, $how) or die "ioctl: $!";`;

/** Why disks cannot be made here; undefined when they can. */
export function disksMissing(): string | undefined {
  if (process.getuid?.() !== 0) {
    return 'it needs root';
  }
  const lacking = ['mount', 'umount', 'mkfs.ext4', 'perl'].filter((program) => spawnSync(program, ['-V']).error);
  return lacking.length > 0 ? `it needs ${lacking.join(', ')}` : undefined;
}

/** A small file system in memory. */
export function memoryDisk(path: string, size: string): Disk {
  mkdirSync(path, { recursive: true });
  run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  return { path, remove: () => run('umount', ['-l', path]) };
}

/** A file system whose power can be cut: ext4 in a file. */
export class PowerCutDisk implements Disk {
  readonly path: string;
  private readonly image: string;

  constructor(folder: string, mebibytes: number) {
    this.path = join(folder, 'mounted');
    this.image = join(folder, 'disk.ext4');
    mkdirSync(this.path, { recursive: true });
    const file = openSync(this.image, 'w');
    ftruncateSync(file, mebibytes * 2 ** 20);
    closeSync(file);
    run('mkfs.ext4', ['-q', '-F', this.image]);
    this.mount();
  }

  /** From now on nothing gets to the disk: what was not flushed is lost, and every call fails. */
  cut(): void {
    run('perl', ['-e', SHUTDOWN, this.path]);
  }

  /** The power is back: mounted again, the log of the file system replayed. Nothing may use it. */
  async restore(): Promise<void> {
    // A process that was killed may take a moment to let go of its files.
    await until('the disk to be let go', () => spawnSync('umount', [this.path]).status === 0);
    this.mount();
  }

  remove(): void {
    run('umount', ['-l', this.path]);
    rmSync(this.image, { force: true });
  }

  private mount(): void {
    run('mount', ['-o', 'loop', this.image, this.path]);
  }
}

function run(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) {
    throw error ?? new Error(`${program} ${args.join(' ')}: ${stderr}`);
  }
}
